import Foundation
import Glibc

/// Gives a sign whenever something in a folder changes (inotify).
struct FileChanges: Sendable {
    /// The signs; those that nobody has taken yet are one.
    let stream: AsyncStream<Void>

    /// Watches a folder; nil where the host has no more watches to give.
    init?(_ folder: String) {
        let file = inotify_init1(Int32(IN_CLOEXEC))
        guard file >= 0 else { return nil }
        let events = UInt32(IN_MODIFY) | UInt32(IN_CREATE) | UInt32(IN_MOVED_TO) | UInt32(IN_DELETE_SELF)
        guard inotify_add_watch(file, folder, events) >= 0, let (end, endWrite) = try? ChildProcess.pipe() else {
            close(file)
            return nil
        }
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.stream = stream
        continuation.onTermination = { _ in close(endWrite) }
        Thread.detachNewThread {
            Self.loop(file, until: end) { continuation.yield() }
            close(file)
            close(end)
        }
    }

    private static func loop(_ file: Int32, until end: Int32, _ sign: () -> Void) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            var polled = [
                pollfd(fd: file, events: Int16(POLLIN), revents: 0), pollfd(fd: end, events: Int16(POLLIN), revents: 0),
            ]
            if poll(&polled, 2, -1) < 0 {
                if errno == EINTR { continue }
                return
            }
            if polled[1].revents != 0 { return }
            if read(file, &buffer, buffer.count) > 0 { sign() }
        }
    }
}
