/// Builds text that comes out of the kubelet's `$(NAME)` expansion unchanged.
///
/// The kubelet reads `$$` as `$` and `$(NAME)` as a variable, and leaves a `$` before anything else alone
/// (Kubernetes' expansion package). Every `$` of an inserted value is doubled; a `$` that the user wrote is doubled
/// only where it would otherwise be read, so that `echo $HOME` stays legible in the pod.
struct KubeletEscaping {
    private var bytes: [UInt8] = []
    private var isInserted: [Bool] = []

    mutating func append(_ text: String, isInserted inserted: Bool) {
        bytes.append(contentsOf: text.utf8)
        isInserted.append(contentsOf: repeatElement(inserted, count: text.utf8.count))
    }

    var text: String {
        let dollar = UInt8(ascii: "$")
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            guard bytes[position] == dollar else {
                output.append(bytes[position])
                position += 1
                continue
            }
            let start = position
            while position < bytes.count, bytes[position] == dollar { position += 1 }
            let isSingle = position - start == 1
            let opensVariable = position < bytes.count && bytes[position] == UInt8(ascii: "(")
            let staysSingle = isSingle && !opensVariable && !isInserted[start]
            output.append(contentsOf: repeatElement(dollar, count: (position - start) * (staysSingle ? 1 : 2)))
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// A text of the user's own in which nothing is replaced.
    static func literal(_ text: String) -> String {
        var escaped = KubeletEscaping()
        escaped.append(text, isInserted: false)
        return escaped.text
    }
}
