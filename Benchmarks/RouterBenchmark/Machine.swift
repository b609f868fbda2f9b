import Foundation

/// What is measured on.
enum Machine {
    /// Processors, their model, and the system.
    static var text: String {
        let lines = ((try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? "").split(separator: "\n")
        let model = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last ?? "unknown"
        let process = ProcessInfo.processInfo
        let memory = process.physicalMemory >> 30
        return "\(process.processorCount) x\(model), \(memory) GiB, \(process.operatingSystemVersionString)"
    }
}
