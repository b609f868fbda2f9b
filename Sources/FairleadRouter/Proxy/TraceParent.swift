/// The header `traceparent`, after W3C Trace Context.
enum TraceParent {
    /// Whether a value can be read: one that can't is to be replaced by a new trace.
    static func isValid(_ value: String) -> Bool {
        let bytes = Array(value.utf8.prefix(56))
        guard bytes.count >= 55 else { return false }
        let (version, trace, parent, flags) = (bytes[0..<2], bytes[3..<35], bytes[36..<52], bytes[53..<55])
        guard [2, 35, 52].allSatisfy({ bytes[$0] == UInt8(ascii: "-") }),
            [version, trace, parent, flags].allSatisfy({ $0.allSatisfy(isDigit) }),
            ![trace, parent].contains(where: { $0.allSatisfy { $0 == UInt8(ascii: "0") } })
        else { return false }
        // Later versions may say more behind another dash.
        if version.allSatisfy({ $0 == UInt8(ascii: "0") }) { return bytes.count == 55 }
        return !version.allSatisfy { $0 == UInt8(ascii: "f") } && (bytes.count == 55 || bytes[55] == UInt8(ascii: "-"))
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
