import Foundation
import Glibc
import KubernetesCore

/// The process that stands between the node and one run of one container.
///
/// Guarantees: the exit is on disk before the shim ends; no process of the run outlives it; when the node is gone the
/// run goes on for a minute and is then ended, unless the next node adopts it.
public enum PodShim {
    /// Runs the program that a directory describes; what `fairlead shim DIRECTORY` does.
    ///
    /// - Parameter arguments: The directory alone. Descriptor 0 is the control pipe, descriptor 3 the pipe that stays
    ///   open for as long as the shim lives.
    /// - Returns: The shim's own exit code: 0 where the run's end was written down.
    public static func main(arguments: [String]) -> Int32 {
        guard arguments.count == 1, let path = arguments.first else {
            FileHandle.standardError.write(Data("usage: fairlead shim DIRECTORY (the node starts it)\n".utf8))
            return 64
        }
        signal(SIGPIPE, SIG_IGN)
        let directory = ShimDirectory(path: path)
        do {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: directory.launch))
            let launch = try KubernetesJSON.decode(ShimLaunch.self, from: bytes)
            // It holds the values of Secrets, and nobody needs it again.
            unlink(directory.launch)
            closeInherited()
            var loop = try ShimLoop(directory: directory, launch: launch)
            try loop.run()
            return 0
        } catch {
            FileHandle.standardError.write(Data("shim of \(path): \(error)\n".utf8))
            return 70
        }
    }

    /// Leaves nothing open that a program could hold on to, and lets descriptor 3 end with the shim.
    private static func closeInherited() {
        _ = ShimLoop.setCloseOnExec(3)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        for descriptor in names.compactMap({ Int32($0) }) where descriptor > 3 {
            _ = ShimLoop.setCloseOnExec(descriptor)
        }
    }
}
