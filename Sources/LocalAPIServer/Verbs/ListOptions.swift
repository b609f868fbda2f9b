import Foundation
import KubernetesCore

/// What a list or a watch asks for beside its selectors.
struct ListOptions: Sendable {
    var resourceVersion: String
    var match: String
    var limit: Int?
    var continuation: String
    var sendInitialEvents: Bool?
    var allowsBookmarks: Bool
    var timeoutSeconds: Int64?

    /// Reads and checks the options.
    ///
    /// - Throws: 400 or 422.
    init(_ request: APIRequest, isWatch: Bool) throws(Status) {
        resourceVersion = request.query("resourceVersion") ?? ""
        match = request.query("resourceVersionMatch") ?? ""
        continuation = request.query("continue") ?? ""
        allowsBookmarks = request.flag("allowWatchBookmarks")
        timeoutSeconds = try request.integer("timeoutSeconds")
        let count = try request.integer("limit") ?? 0
        limit = count > 0 ? Int(clamping: count) : nil
        sendInitialEvents = request.query("sendInitialEvents").map { _ in request.flag("sendInitialEvents") }
        // Since 1.34 a watch from no or any version is one with initial events.
        if isWatch, sendInitialEvents == nil, match.isEmpty, resourceVersion.isEmpty || resourceVersion == "0" {
            sendInitialEvents = true
            match = "NotOlderThan"
        }
        let errors = isWatch ? watchErrors() : listErrors()
        if !errors.isEmpty { throw Status.invalidOptions("ListOptions", errors) }
    }

    private func listErrors() -> [FieldError] {
        let path = "resourceVersionMatch"
        var errors: [FieldError] = []
        if !match.isEmpty {
            if resourceVersion.isEmpty {
                errors.append(.forbidden(path, "resourceVersionMatch is forbidden unless resourceVersion is provided"))
            }
            if !continuation.isEmpty {
                errors.append(.forbidden(path, "resourceVersionMatch is forbidden when continue is provided"))
            }
            if match != "Exact", match != "NotOlderThan" {
                errors.append(.notSupported(path, .string(match), supported: ["Exact", "NotOlderThan", ""]))
            }
            if match == "Exact", resourceVersion == "0" {
                errors.append(
                    .forbidden(path, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""))
            }
        }
        if sendInitialEvents != nil {
            errors.append(.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"))
        }
        return errors
    }

    private func watchErrors() -> [FieldError] {
        let path = "resourceVersionMatch"
        var errors: [FieldError] = []
        if sendInitialEvents != nil, match != "NotOlderThan" {
            errors.append(
                .forbidden(path, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"))
        }
        guard !match.isEmpty else { return errors }
        if sendInitialEvents == nil {
            errors.append(
                .forbidden(path, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"))
        }
        if match != "NotOlderThan" {
            errors.append(.notSupported(path, .string(match), supported: ["NotOlderThan"]))
        }
        if !continuation.isEmpty {
            errors.append(.forbidden(path, "resourceVersionMatch is forbidden when continue is provided"))
        }
        return errors
    }

    /// The version as a number; nil for none.
    ///
    /// - Throws: The text of Go's parser, for the caller to wrap.
    func version() throws(FieldError) -> Int64? {
        if resourceVersion.isEmpty { return nil }
        guard let number = Int64(resourceVersion), number >= 0 else {
            throw FieldError.invalid(
                "resourceVersion", .string(resourceVersion),
                "strconv.ParseUint: parsing \"\(resourceVersion)\": invalid syntax")
        }
        return number
    }
}

/// Where the next page of a list begins, as a token that clients hand back.
struct ContinueToken: Sendable {
    /// The version that all pages show; negative for whatever there is.
    var revision: Int64
    /// The last object of the page before.
    var last: ObjectKey

    init(revision: Int64, last: ObjectKey) {
        self.revision = revision
        self.last = last
    }

    /// Reads a token.
    ///
    /// - Throws: 400.
    init(parsing text: String) throws(Status) {
        var base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        base64 += String(repeating: "=", count: (4 - base64.count % 4) % 4)
        guard let data = Data(base64Encoded: base64), let value = try? JSONParser.parse(Array(data)),
            let revision = value["rv"]?.integerValue, let start = value["start"]?.stringValue
        else {
            throw Status.badRequest(
                "invalid continue token: continue key is not valid: invalid character looking for beginning of value")
        }
        let parts = start.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        self.revision = revision
        last = ObjectKey(namespace: parts.count == 2 ? parts[0] : nil, name: parts.last ?? "")
    }

    var text: String {
        let value: JSONValue = [
            "v": "meta.k8s.io/v1", "rv": .integer(revision), "start": .string(last.description),
        ]
        return Data(JSONWriter.bytes(value)).base64EncodedString().replacing("+", with: "-")
            .replacing("/", with: "_").replacing("=", with: "")
    }
}
