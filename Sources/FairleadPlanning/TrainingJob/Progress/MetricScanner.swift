import FairleadAPI
import KubernetesCore

/// Finds metrics in a line of log where no pattern says what they look like: `epoch=3 loss=0.21`, `loss: 0.21`,
/// `{"loss": 0.21}`, `step 30/100`.
///
/// Behind a colon without a space stand only numbers with a fraction, as XGBoost writes them, so that neither times nor
/// addresses are metrics; and a colon with a space before it counts only behind a line's first word, so that prose is none.
enum MetricScanner {
    /// The metrics of a line as they are written, in order.
    static func finds(in line: [UInt8], most: Int) -> [(name: String, value: MetricText)] {
        if let members = json(line) { return Array(members.prefix(most)) }
        var found: [(name: String, value: MetricText)] = []
        var position = 0
        while position < line.count, found.count < most {
            guard isNameStart(line[position]), position == 0 || !isName(line[position - 1]) else {
                position += 1
                continue
            }
            let start = position
            while position < line.count, isName(line[position]) { position += 1 }
            guard position - start <= JobProgress.maximumNameLength,
                let (value, end) = value(line, start..<position)
            else { continue }
            found.append((String(decoding: line[start..<position], as: UTF8.self), value))
            position = end
        }
        return found
    }

    /// The numbers of a line that is a JSON object.
    private static func json(_ line: [UInt8]) -> [(name: String, value: MetricText)]? {
        guard line.first == UInt8(ascii: "{"), line.last == UInt8(ascii: "}"),
            let members = (try? JSONParser.parse(line))?.objectValue
        else { return nil }
        return members.sorted { $0.key < $1.key }.compactMap { name, value in
            switch value {
            case .integer, .double: value.doubleValue.map { (name, $0.isFinite ? .number($0) : .notFinite) }
            case .string(let text): MetricText(text).map { (name, $0) }
            default: nil
            }
        }
    }

    /// The value behind a name, and where it ends.
    private static func value(_ line: [UInt8], _ name: Range<Int>) -> (MetricText, end: Int)? {
        var position = name.upperBound
        let quote = name.lowerBound > 0 ? line[name.lowerBound - 1] : 0
        var isQuoted = false
        if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"), position < line.count, line[position] == quote {
            position += 1
            isQuoted = true
        }
        let spaces = skipSpaces(line, &position)
        guard position < line.count else { return nil }
        switch line[position] {
        case UInt8(ascii: "="):
            position += 1
            _ = skipSpaces(line, &position)
        case UInt8(ascii: ":"):
            guard spaces == 0 || isQuoted || name.lowerBound == 0 else { return nil }
            position += 1
            guard skipSpaces(line, &position) > 0 || isQuoted else { return fraction(line, position) }
        default:
            // `step 30/100`, but no other number that happens to follow a word.
            guard spaces > 0, let (value, end) = MetricText.read(line[position...]), case .fraction = value else {
                return nil
            }
            return (value, end)
        }
        if position < line.count, line[position] == UInt8(ascii: "\"") || line[position] == UInt8(ascii: "'") {
            position += 1
        }
        return MetricText.read(line[position...])
    }

    /// A number with a fraction at a position, and where it ends.
    private static func fraction(_ line: [UInt8], _ start: Int) -> (MetricText, end: Int)? {
        guard let (value, end) = MetricText.read(line[start...]), line[start..<end].contains(UInt8(ascii: ".")) else {
            return nil
        }
        return (value, end)
    }

    /// Skips blanks, of which a few may stand there.
    private static func skipSpaces(_ line: [UInt8], _ position: inout Int) -> Int {
        let start = position
        while position < line.count, position - start < 8, line[position] == 0x20 || line[position] == 0x09 {
            position += 1
        }
        return position - start
    }

    private static func isNameStart(_ byte: UInt8) -> Bool {
        (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || byte == UInt8(ascii: "_")
    }

    private static func isName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "@"), 0x80...: true
        default: isNameStart(byte)
        }
    }
}
