/// An address of version 4 or 6.
public struct IPAddress: Sendable, Hashable, CustomStringConvertible {
    /// Four or sixteen bytes.
    public let bytes: [UInt8]

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// The address in a text; nil for zones, leading zeros, and version 4 spelled inside version 6.
    public init?(_ text: String) {
        if text.contains(":") {
            guard !text.contains("."), let groups = Self.groups(text) else { return nil }
            let bytes = groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
            // A mapped address is the one of version 4 that it stands for.
            let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
            self.bytes = isMapped ? Array(bytes.suffix(4)) : bytes
        } else {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            let bytes = parts.compactMap { Self.number($0) }
            guard parts.count == 4, bytes.count == 4 else { return nil }
            self.bytes = bytes
        }
    }

    private static func number(_ part: Substring) -> UInt8? {
        guard part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), part.count == 1 || part.first != "0" else {
            return nil
        }
        return UInt8(part)
    }

    private static func groups(_ text: String) -> [UInt16]? {
        var halves: [[UInt16]] = [[]]
        var rest = text[...]
        if rest.hasPrefix("::") {
            halves.append([])
            rest = rest.dropFirst(2)
        } else if rest.hasPrefix(":") {
            return nil
        }
        while !rest.isEmpty {
            let digits = rest.prefix { $0 != ":" }
            guard (1...4).contains(digits.utf8.count), let group = UInt16(digits, radix: 16), digits.first != "+" else {
                return nil
            }
            halves[halves.count - 1].append(group)
            rest = rest.dropFirst(digits.count)
            if rest.hasPrefix("::") {
                guard halves.count == 1 else { return nil }
                halves.append([])
                rest = rest.dropFirst(2)
            } else if rest.hasPrefix(":") {
                rest = rest.dropFirst()
                guard !rest.isEmpty else { return nil }
            }
        }
        let count = halves.joined().count
        guard halves.count == 2 else { return count == 8 ? halves[0] : nil }
        guard count < 8 else { return nil }
        return halves[0] + [UInt16](repeating: 0, count: 8 - count) + halves[1]
    }

    /// 4 or 6.
    public var family: Int { bytes.count == 4 ? 4 : 6 }

    /// The shortest spelling: the longest run of zeros is left out.
    public var description: String {
        guard family == 6 else { return bytes.map(String.init).joined(separator: ".") }
        let groups = stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > max(1, best.count) { best = start..<end }
            start = max(end, start + 1)
        }
        func spelled(_ part: ArraySlice<UInt16>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        guard !best.isEmpty else { return spelled(groups[...]) }
        return spelled(groups[..<best.lowerBound]) + "::" + spelled(groups[best.upperBound...])
    }

    var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }

    var isLoopback: Bool {
        family == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
    }

    private var isMulticast: Bool { family == 4 ? bytes[0] & 0xF0 == 0xE0 : bytes[0] == 0xFF }

    var isLinkLocalMulticast: Bool {
        family == 4 ? bytes.prefix(3) == [224, 0, 0] : bytes[0] == 0xFF && bytes[1] & 0x0F == 2
    }

    var isLinkLocalUnicast: Bool {
        family == 4 ? bytes.prefix(2) == [169, 254] : bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80
    }

    var isGlobalUnicast: Bool {
        let isBroadcast = family == 4 && bytes.allSatisfy { $0 == 255 }
        return !(isUnspecified || isBroadcast || isLoopback || isMulticast || isLinkLocalUnicast)
    }

    /// The address with all bits after so many cleared.
    func masked(_ prefixLength: Int) -> IPAddress {
        IPAddress(
            bytes: bytes.enumerated().map { index, byte in
                let kept = min(8, max(0, prefixLength - index * 8))
                return byte & UInt8(truncatingIfNeeded: 0xFF00 >> kept)
            })
    }
}

/// A block of addresses with a common prefix.
public struct CIDRBlock: Sendable, Hashable, CustomStringConvertible {
    /// The address before the slash, as it was written.
    public let address: IPAddress
    /// How many bits are common.
    public let prefixLength: Int

    private init(address: IPAddress, prefixLength: Int) {
        self.address = address
        self.prefixLength = prefixLength
    }

    /// The block in a text.
    public init?(_ text: String) {
        guard let slash = text.lastIndex(of: "/"), let address = IPAddress(String(text[..<slash])) else { return nil }
        let digits = text[text.index(after: slash)...]
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), digits.count == 1 || digits.first != "0",
            let length = Int(digits), length <= address.bytes.count * 8,
            // A mapped address would leave the length ambiguous.
            address.family == 6 || !text.contains(":")
        else { return nil }
        self.address = address
        prefixLength = length
    }

    public var description: String { "\(address)/\(prefixLength)" }

    /// The block with the address's own bits cleared.
    var masked: CIDRBlock { CIDRBlock(address: address.masked(prefixLength), prefixLength: prefixLength) }

    func contains(_ other: IPAddress) -> Bool {
        other.family == address.family && other.masked(prefixLength) == address.masked(prefixLength)
    }

    func contains(_ other: CIDRBlock) -> Bool { other.prefixLength >= prefixLength && contains(other.address) }
}
