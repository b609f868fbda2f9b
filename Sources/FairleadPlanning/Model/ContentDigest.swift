import Crypto
import Foundation

/// SHA-256 as text.
enum ContentDigest {
    /// The 64 hexadecimal digits of a text's SHA-256.
    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        SHA256.hash(data: Data(bytes)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }.joined()
    }

    /// The digest as lineage writes it: `sha256:…`.
    static func text(_ bytes: some Sequence<UInt8>) -> String { "sha256:\(hexadecimal(bytes))" }
}
