import Foundation

/// Base64, whose padding may be left out.
enum EncoderLibrary {
    static let functions = [
        FunctionDeclaration(
            "base64.encode",
            .function("base64_encode_bytes", cost: .firstCharacters(1)) { (bytes: [UInt8]) in
                Data(bytes).base64EncodedString()
            }),
        FunctionDeclaration(
            "base64.decode",
            .function("base64_decode_string", cost: .firstCharacters(1)) { (text: String) throws(EvaluationFailure) in
                let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
                guard let data = Data(base64Encoded: text + padding) else {
                    throw EvaluationFailure("illegal base64 data")
                }
                return [UInt8](data)
            }),
    ]
}
