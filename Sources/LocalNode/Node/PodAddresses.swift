import Foundation
import Synchronization

/// Gives each pod a loopback address of its own out of 127.64.0.0/10.
final class PodAddresses: Sendable {
    private let used = Mutex<[String: String]>([:])

    /// The pod's address: the one that it has or had, else a free one.
    ///
    /// - Parameters:
    ///   - uid: The pod.
    ///   - known: The address that it was given before.
    func address(of uid: String, known: String?) -> String {
        used.withLock { used in
            if let address = used[uid] { return address }
            let taken = Set(used.values)
            var address = known ?? ""
            if address.isEmpty || taken.contains(address) {
                var seed = Self.hash(uid)
                address = Self.address(seed)
                while taken.contains(address) {
                    seed = seed &+ 1
                    address = Self.address(seed)
                }
            }
            used[uid] = address
            return address
        }
    }

    /// Lets an address be given again.
    func release(_ uid: String) {
        used.withLock { $0[uid] = nil }
    }

    /// Neither a network's own address nor a broadcast address.
    static func address(_ seed: UInt32) -> String {
        let last = seed % 254 + 1
        let third = seed / 254 % 256
        let second = 64 + seed / (254 * 256) % 64
        return "127.\(second).\(third).\(last)"
    }

    /// FNV-1a: the same pod gets the same address again after a restart.
    private static func hash(_ text: String) -> UInt32 {
        text.utf8.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
    }
}
