/// Addresses and blocks of them.
enum NetworkLibrary {
    static let addresses = [
        FunctionDeclaration(
            "ip",
            .function("string_to_ip", cost: .firstCharacters(1)) { (text: String) throws(EvaluationFailure) in
                try address(text)
            }),
        FunctionDeclaration(
            "isIP",
            .function("is_ip", cost: .firstCharacters(1)) { (text: String) in IPAddress(text) != nil }),
        FunctionDeclaration(
            "ip.isCanonical",
            .function("ip_is_canonical", cost: .firstCharacters(2)) { (text: String) throws(EvaluationFailure) in
                try address(text).description == text
            }),
        FunctionDeclaration("family", .function("ip_family", isMember: true) { (ip: IPAddress) in Int64(ip.family) }),
        test("isUnspecified") { $0.isUnspecified }, test("isLoopback") { $0.isLoopback },
        test("isLinkLocalMulticast") { $0.isLinkLocalMulticast },
        test("isLinkLocalUnicast") { $0.isLinkLocalUnicast }, test("isGlobalUnicast") { $0.isGlobalUnicast },
        FunctionDeclaration("string", .function("ip_to_string") { (ip: IPAddress) in ip.description }),
    ]

    static let blocks = [
        FunctionDeclaration(
            "cidr",
            .function("string_to_cidr", cost: .firstCharacters(1)) { (text: String) throws(EvaluationFailure) in
                try block(text)
            }),
        FunctionDeclaration(
            "isCIDR", .function("is_cidr", cost: .firstCharacters(1)) { (text: String) in CIDRBlock(text) != nil }),
        FunctionDeclaration(
            "containsIP",
            .function("cidr_contains_ip_string", isMember: true, cost: .network(isBlock: false, isText: true)) {
                (block: CIDRBlock, text: String) throws(EvaluationFailure) in
                block.contains(try address(text))
            },
            .function("cidr_contains_ip_ip", isMember: true, cost: .network(isBlock: false, isText: false)) {
                (block: CIDRBlock, ip: IPAddress) in block.contains(ip)
            }),
        FunctionDeclaration(
            "containsCIDR",
            .function("cidr_contains_cidr_string", isMember: true, cost: .network(isBlock: true, isText: true)) {
                (left: CIDRBlock, text: String) throws(EvaluationFailure) in
                left.contains(try block(text))
            },
            .function("cidr_contains_cidr", isMember: true, cost: .network(isBlock: true, isText: false)) {
                (left: CIDRBlock, right: CIDRBlock) in left.contains(right)
            }),
        FunctionDeclaration("ip", .function("cidr_ip", isMember: true) { (block: CIDRBlock) in block.address }),
        FunctionDeclaration(
            "prefixLength",
            .function("cidr_prefix_length", isMember: true) { (block: CIDRBlock) in Int64(block.prefixLength) }),
        FunctionDeclaration("masked", .function("cidr_masked", isMember: true) { (block: CIDRBlock) in block.masked }),
        FunctionDeclaration("string", .function("cidr_to_string") { (block: CIDRBlock) in block.description }),
    ]

    private static func test(
        _ name: String, _ holds: @escaping @Sendable (IPAddress) -> Bool
    ) -> FunctionDeclaration {
        FunctionDeclaration(name, .function("ip_\(name)", isMember: true) { (ip: IPAddress) in holds(ip) })
    }

    private static func address(_ text: String) throws(EvaluationFailure) -> IPAddress {
        guard let address = IPAddress(text) else {
            throw EvaluationFailure("IP Address \"\(text)\" parse error during conversion from string")
        }
        return address
    }

    private static func block(_ text: String) throws(EvaluationFailure) -> CIDRBlock {
        guard let block = CIDRBlock(text) else {
            throw EvaluationFailure("network address \"\(text)\" parse error during conversion from string")
        }
        return block
    }
}
