@testable import LocalAPIServer

/// Bodies in protobuf that the tests write.
enum ProtobufBodies {
    /// An object in its envelope.
    static func body(_ apiVersion: String, _ kind: String, _ object: [UInt8]) -> [UInt8] {
        let type = field(1, Array(apiVersion.utf8)) + field(2, Array(kind.utf8))
        return ProtobufBody.prefix + field(1, type) + field(2, object)
    }

    /// A Deployment with values of every sort, among them zeros that were sent.
    static let deployment = body(
        "apps/v1", "Deployment",
        field(1, metadata)
            + field(
                2,
                [0x08, 0x00] + field(2, []) + field(3, field(2, podSpec))
                    + field(4, field(1, "") + field(2, surges)) + [0x28, 0x00, 0x38, 0x00]))

    private static let metadata =
        field(1, "web") + field(2, "") + [0x38, 0x00] + field(8, [0x08, 0xA5, 0xEB, 0xDC, 0xCA, 0x06, 0x10, 0x00])
        + field(11, field(1, "app") + field(2, "web")) + field(11, field(1, "bare"))
        + field(13, field(1, "Job") + field(3, "owner") + [0x30, 0x00])
        + field(17, field(7, field(1, #"{"f:spec":{}}"#)))

    private static let surges =
        field(1, [0x08, 0x00, 0x10, 0x01] + field(3, "")) + field(2, [0x08, 0x01, 0x10, 0x00] + field(3, "25%"))

    private static let podSpec =
        field(1, field(1, "v") + field(2, field(2, field(1, ""))))
        + field(2, container)
        // Numbers one by one and packed.
        + field(14, [0x20, 0x01] + field(4, [0x02, 0x03]))

    private static let container =
        field(1, "c") + field(2, "")
        + field(6, [0x18] + [UInt8](repeating: 0xFF, count: 9) + [0x01])
        + field(7, field(1, "K") + field(2, "") + field(3, field(4, field(1, field(1, "s")) + field(2, "k"))))
        + field(8, field(1, field(1, "cpu") + field(2, field(1, "500m"))))

    private static func field(_ number: Int, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

    private static func field(_ number: Int, _ content: [UInt8]) -> [UInt8] {
        varint(number << 3 | 2) + varint(content.count) + content
    }

    private static func varint(_ number: Int) -> [UInt8] {
        number < 0x80 ? [UInt8(number)] : [UInt8(number & 0x7F) | 0x80] + varint(number >> 7)
    }
}
