import Foundation
import KubernetesCore

/// The defaults and the validation of ConfigMaps and Secrets.
enum DataRules {
    private static let maxBytes = 1 << 20

    /// Moves a Secret's `stringData` into its `data`.
    static func foldStrings(_ secret: inout JSONValue) {
        guard let texts = secret["stringData"]?.objectValue else { return }
        var data = secret["data"]?.objectValue ?? [:]
        for (key, text) in texts {
            data[key] = .string(Data((text.stringValue ?? "").utf8).base64EncodedString())
        }
        secret["stringData"] = nil
        if !data.isEmpty { secret["data"] = .object(data) }
    }

    static func validateConfigMap(_ map: JSONValue, old: JSONValue?) -> [FieldError] {
        let texts = map["data"]?.objectValue ?? [:]
        let binaries = map["binaryData"]?.objectValue ?? [:]
        var errors: [FieldError] = []
        var size = 0
        for (key, value) in texts.sorted(by: { $0.key < $1.key }) {
            errors += NameRules.configKey(key).map { .invalid("data".key(key), .string(key), $0) }
            if binaries[key] != nil {
                errors.append(.invalid("data".key(key), .string(key), "duplicate of key present in binaryData"))
            }
            size += value.stringValue?.utf8.count ?? 0
        }
        for (key, value) in binaries.sorted(by: { $0.key < $1.key }) {
            errors += NameRules.configKey(key).map { .invalid("binaryData".key(key), .string(key), $0) }
            size += decodedCount(value)
        }
        if size > maxBytes { errors.append(.tooLong("", maxBytes: maxBytes)) }
        return errors + immutability(map, old: old, fields: ["data", "binaryData"])
    }

    static func validateSecret(_ secret: JSONValue, old: JSONValue?) -> [FieldError] {
        let data = secret["data"]?.objectValue ?? [:]
        var errors: [FieldError] = []
        if let old, secret["type"] != old["type"] {
            errors.append(.invalid("type", secret["type"] ?? "", "field is immutable"))
        }
        for key in data.keys.sorted() {
            errors += NameRules.configKey(key).map { .invalid("data".key(key), .string(key), $0) }
        }
        if data.values.reduce(0, { $0 + decodedCount($1) }) > maxBytes {
            errors.append(.tooLong("data", maxBytes: maxBytes))
        }
        let needed: [String: [String]] = [
            "kubernetes.io/tls": ["tls.crt", "tls.key"], "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
            "kubernetes.io/dockercfg": [".dockercfg"], "kubernetes.io/ssh-auth": ["ssh-privatekey"],
        ]
        for key in needed[secret["type"]?.stringValue ?? ""] ?? [] where data[key] == nil {
            errors.append(.required("data".key(key)))
        }
        return errors + immutability(secret, old: old, fields: ["data"])
    }

    private static func immutability(_ new: JSONValue, old: JSONValue?, fields: [String]) -> [FieldError] {
        guard let old, old["immutable"]?.boolValue == true else { return [] }
        let reason = "field is immutable when `immutable` is set"
        var errors: [FieldError] = []
        if new["immutable"]?.boolValue != true { errors.append(.forbidden("immutable", reason)) }
        for field in fields where new[field] != old[field] { errors.append(.forbidden(field, reason)) }
        return errors
    }

    private static func decodedCount(_ value: JSONValue) -> Int {
        guard let text = value.stringValue else { return 0 }
        let padding = text.utf8.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        return text.utf8.count / 4 * 3 - padding
    }
}
