/// Kubernetes' replacement of `$(NAME)` in environment, command and arguments.
///
/// `$(NAME)` becomes the variable's value, or stays as it is where there is no such variable; `$$` becomes `$`, so
/// that `$$(NAME)` is a literal `$(NAME)`; every other `$` stays.
enum EnvironmentExpansion {
    static func expand(_ text: String, _ value: (String) -> String?) -> String {
        let dollar = UInt8(ascii: "$")
        var output: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let first = rest.popFirst() {
            guard first == dollar, let next = rest.first else {
                output.append(first)
                continue
            }
            if next == dollar {
                rest.removeFirst()
                output.append(dollar)
            } else if next == UInt8(ascii: "("), let end = rest.firstIndex(of: UInt8(ascii: ")")) {
                let name = String(decoding: rest[rest.index(after: rest.startIndex)..<end], as: UTF8.self)
                output.append(contentsOf: (value(name) ?? "$(\(name))").utf8)
                rest = rest[rest.index(after: end)...]
            } else {
                // The character behind a lone `$` is never itself the beginning of a reference.
                output.append(dollar)
                output.append(next)
                rest.removeFirst()
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
