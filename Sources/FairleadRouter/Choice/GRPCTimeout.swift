import NIOCore

/// How long a gRPC client waits, as its header `grpc-timeout` says: up to 8 digits and a unit.
enum GRPCTimeout {
    static func parse(_ text: String) -> TimeAmount? {
        guard let unit = text.utf8.last, text.utf8.count <= 9, let count = Int64(text.dropLast()), count >= 0 else {
            return nil
        }
        switch unit {
        case UInt8(ascii: "H"): return .hours(min(count, 100_000))
        case UInt8(ascii: "M"): return .minutes(count)
        case UInt8(ascii: "S"): return .seconds(count)
        case UInt8(ascii: "m"): return .milliseconds(count)
        case UInt8(ascii: "u"): return .microseconds(count)
        case UInt8(ascii: "n"): return .nanoseconds(count)
        default: return nil
        }
    }
}
