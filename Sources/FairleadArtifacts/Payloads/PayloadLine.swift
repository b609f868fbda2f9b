import Foundation
import KubernetesCore

/// A CloudEvent that came in HTTP's binary mode, as a line of JSON: CloudEvents' structured mode.
///
/// Guarantees: a body that is JSON stands in `data` as it came, number by number; any other one in `data_base64`.
struct PayloadLine: Sendable, Hashable {
    /// Why a request is no event.
    struct Malformed: Error, Sendable, Hashable {
        var message: String
    }

    /// The line with its end.
    let bytes: [UInt8]

    /// Reads an event.
    ///
    /// - Parameters:
    ///   - headers: Those of the request: `ce-…` are the attributes.
    ///   - body: The request's body.
    /// - Throws: ``Malformed`` where a required attribute is missing, or one has no name that CloudEvents allow.
    init(headers: some Sequence<(name: String, value: String)>, body: [UInt8]) throws(Malformed) {
        var attributes: [String: JSONValue] = [:]
        for (name, value) in headers {
            let name = name.lowercased()
            if name == "content-type" { attributes["datacontenttype"] = .string(value) }
            guard name.hasPrefix("ce-") else { continue }
            let attribute = String(name.dropFirst(3))
            guard Self.isName(attribute) else {
                throw Malformed(message: "\(name.prefix(60)) is no attribute of a CloudEvent")
            }
            // What is not printable ASCII comes with percent signs.
            attributes[attribute] = .string(value.removingPercentEncoding ?? value)
        }
        for attribute in ["specversion", "id", "source", "type"] {
            guard let value = attributes[attribute]?.stringValue, !value.isEmpty else {
                throw Malformed(message: "the header ce-\(attribute) is missing: CloudEvents are taken in binary mode")
            }
        }
        guard attributes["specversion"] == "1.0" else {
            throw Malformed(message: "CloudEvents of version 1.0 are taken, and no other")
        }
        var line = JSONWriter.bytes(.object(attributes))
        if !body.isEmpty {
            line.removeLast()
            let type = attributes["datacontenttype"]?.stringValue
            if Self.isJSON(type), (try? JSONParser.parse(body)) != nil {
                line += Array(#","data":"#.utf8)
                // Outside of strings, where JSON allows no line's end, it is but a space.
                line += body.map { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") ? UInt8(ascii: " ") : $0 }
            } else {
                line += Array(#","data_base64":""#.utf8)
                line += Array(Data(body).base64EncodedData())
                line.append(UInt8(ascii: "\""))
            }
            line.append(UInt8(ascii: "}"))
        }
        line.append(UInt8(ascii: "\n"))
        bytes = line
    }

    private static func isName(_ text: String) -> Bool {
        let isWord = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        // These two are the body, and come from nowhere else.
        return isWord && !text.isEmpty && text != "data" && text != "datacontenttype"
    }

    /// Whether a media type is JSON's; without one it is, as the specification says.
    private static func isJSON(_ type: String?) -> Bool {
        guard let type else { return true }
        let plain = type.prefix { $0 != ";" }.lowercased().filter { !$0.isWhitespace }
        return plain.hasSuffix("/json") || plain.hasSuffix("+json")
    }
}
