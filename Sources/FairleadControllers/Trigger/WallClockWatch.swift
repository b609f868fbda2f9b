import ControllerRuntime
import Foundation
import ServiceLifecycle

/// Tells when the time of day was set to another: who waits for a time of day waits by a clock that did not notice.
struct WallClockWatch: Service {
    let clock: any RuntimeClock
    /// Called after each jump.
    let onJump: @Sendable () -> Void

    private static let interval = Duration.seconds(15)
    /// By how much both clocks may part in an interval without a jump, in seconds.
    private static let tolerance = 1.0

    func run() async { await cancelWhenGracefulShutdown { await watch() } }

    private func watch() async {
        var difference = difference()
        while (try? await clock.sleep(for: Self.interval)) != nil {
            let next = self.difference()
            if abs(next - difference) > Self.tolerance { onJump() }
            difference = next
        }
    }

    private func difference() -> Double { clock.now.timeIntervalSince1970 - clock.elapsed / .seconds(1) }
}
