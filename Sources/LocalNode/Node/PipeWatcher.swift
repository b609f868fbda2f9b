import Foundation
import Glibc
import Synchronization

/// Waits on one thread for the ends of many pipes, so that no thread of the cooperative pool ever does.
final class PipeWatcher: Sendable {
    private struct State {
        var handlers: [Int32: @Sendable () -> Void] = [:]
        var isRunning = false
        var isStopped = false
    }

    private let state = Mutex(State())
    private let wakeRead: Int32
    private let wakeWrite: Int32

    init() throws {
        (wakeRead, wakeWrite) = try ChildProcess.pipe()
    }

    deinit {
        close(wakeRead)
        close(wakeWrite)
    }

    /// Calls back once when nobody holds the pipe's other end any more; then closes the descriptor.
    func watch(_ descriptor: Int32, onEnd: @escaping @Sendable () -> Void) {
        let startsThread = state.withLock { state in
            state.handlers[descriptor] = onEnd
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if startsThread { Thread.detachNewThread { self.loop() } }
        wake()
    }

    /// Ends the thread and closes what is watched, without calling back.
    func stop() {
        state.withLock { $0.isStopped = true }
        wake()
    }

    private func wake() {
        var byte: UInt8 = 0
        write(wakeWrite, &byte, 1)
    }

    private func loop() {
        var buffer = [UInt8](repeating: 0, count: 256)
        while true {
            let (descriptors, isStopped) = state.withLock { (Array($0.handlers.keys), $0.isStopped) }
            if isStopped {
                state.withLock { $0.handlers = [:] }
                descriptors.forEach { close($0) }
                return
            }
            var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            polled.append(pollfd(fd: wakeRead, events: Int16(POLLIN), revents: 0))
            if poll(&polled, nfds_t(polled.count), -1) < 0 { continue }
            for entry in polled where entry.revents != 0 {
                let count = read(entry.fd, &buffer, buffer.count)
                guard entry.fd != wakeRead, count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) else {
                    continue
                }
                let handler = state.withLock { $0.handlers.removeValue(forKey: entry.fd) }
                close(entry.fd)
                handler?()
            }
        }
    }
}
