public import Crypto
import Foundation

/// A key pair as OpenSSH keeps it: ECDSA over the curve P-521, without a passphrase.
public struct SSHKeyPair: Sendable {
    /// The file of the private key.
    public let privateKey: String
    /// The line of the public key.
    public let publicKey: String

    /// The key of a Secret of type `kubernetes.io/ssh-auth` that holds the private key.
    static let privateKeyName = "ssh-privatekey"
    /// The key that holds the public one.
    static let publicKeyName = "ssh-publickey"

    private static let kind = "ecdsa-sha2-nistp521"
    private static let curve = "nistp521"
    /// Without a cipher, the private part fills blocks of this many bytes.
    private static let block = 8

    /// Makes a pair.
    ///
    /// - Parameters:
    ///   - key: The private key, else a new one.
    ///   - comment: What names the pair.
    public init(_ key: P521.Signing.PrivateKey = P521.Signing.PrivateKey(), comment: String) {
        var blob = SSHWriter()
        for part in [Data(Self.kind.utf8), Data(Self.curve.utf8), key.publicKey.x963Representation] {
            blob.append(part)
        }
        publicKey = "\(Self.kind) \(blob.data.base64EncodedString()) \(comment)\n"

        var secret = SSHWriter()
        // Twice the same number: by that a reader knows that it has deciphered the rest rightly.
        let check = UInt32.random(in: 0...UInt32.max)
        secret.append(check)
        secret.append(check)
        secret.data.append(blob.data)
        secret.append(magnitude: key.rawRepresentation)
        secret.append(Data(comment.utf8))
        secret.pad(to: Self.block)

        var file = SSHWriter()
        file.data.append(Data("openssh-key-v1\0".utf8))
        for part in ["none", "none", ""] { file.append(Data(part.utf8)) }
        file.append(UInt32(1))
        file.append(blob.data)
        file.append(secret.data)
        let lines = file.data.base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
        privateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\n\(lines)\n-----END OPENSSH PRIVATE KEY-----\n"
    }
}

/// Writes values as the protocol of SSH does.
private struct SSHWriter {
    var data = Data()

    mutating func append(_ number: UInt32) {
        for shift in stride(from: 24, through: 0, by: -8) { data.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    /// A length, and the bytes.
    mutating func append(_ bytes: Data) {
        append(UInt32(truncatingIfNeeded: bytes.count))
        data.append(bytes)
    }

    /// A number that is not negative, its highest byte first.
    mutating func append(magnitude bytes: Data) {
        let digits = bytes.drop { $0 == 0 }
        append((digits.first ?? 0) >= 0x80 ? Data([0]) + digits : Data(digits))
    }

    /// Fills up with 1, 2, 3 and so on.
    mutating func pad(to block: Int) {
        var next: UInt8 = 1
        while data.count % block != 0 {
            data.append(next)
            next += 1
        }
    }
}
