/// Makes the identifiers of requests and traces: unlikely to repeat, cheap, and no secrets.
struct Identifiers {
    private var state = UInt64.random(in: .min ... .max)
    private let base = UInt64.random(in: .min ... .max)

    private static let digits: StaticString = "0123456789abcdef"

    /// An identifier of a request: 32 hexadecimal digits.
    mutating func requestID() -> String {
        let (high, low) = (next(), next())
        return String(unsafeUninitializedCapacity: 32) { buffer in
            Self.write(high, to: buffer, at: 0)
            Self.write(low, to: buffer, at: 16)
            return 32
        }
    }

    /// The header by which a trace begins, after W3C Trace Context.
    ///
    /// The trace counts as sampled, so that what the model server would trace without a router, it traces with one.
    mutating func traceParent() -> String {
        let (high, low, parent) = (next(), next(), next())
        return String(unsafeUninitializedCapacity: 55) { buffer in
            let dash = UInt8(ascii: "-")
            buffer[0] = UInt8(ascii: "0")
            buffer[1] = UInt8(ascii: "0")
            buffer[2] = dash
            Self.write(high, to: buffer, at: 3)
            Self.write(low, to: buffer, at: 19)
            buffer[35] = dash
            // All zeros would be no parent.
            Self.write(parent | 1, to: buffer, at: 36)
            buffer[52] = dash
            buffer[53] = UInt8(ascii: "0")
            buffer[54] = UInt8(ascii: "1")
            return 55
        }
    }

    private static func write(_ value: UInt64, to buffer: UnsafeMutableBufferPointer<UInt8>, at offset: Int) {
        digits.withUTF8Buffer { digits in
            var rest = value
            for index in (0..<16).reversed() {
                buffer[offset + index] = digits[Int(rest & 15)]
                rest >>= 4
            }
        }
    }

    /// SplitMix64 (Steele, Lea, Flood 2014), each thread from a state of its own.
    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state ^ base
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
