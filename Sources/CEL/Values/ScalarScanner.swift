/// Reads a short text of a fixed form, scalar by scalar.
struct ScalarScanner {
    private let scalars: [Unicode.Scalar]
    private var position = 0

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    var isAtEnd: Bool { position == scalars.count }

    var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        position += 1
        return true
    }

    mutating func digit() -> Int? {
        guard let scalar = next, ("0"..."9").contains(scalar) else { return nil }
        position += 1
        return Int(scalar.value) - 0x30
    }

    /// A number of exactly so many digits, at most 9.
    mutating func number(digits: Int) -> Int? {
        var number = 0
        for _ in 0..<digits {
            guard let digit = digit() else { return nil }
            number = number * 10 + digit
        }
        return number
    }

    /// The digits after a point, as nanoseconds; more than nine are cut off.
    mutating func fraction() -> Int32? {
        var nanoseconds: Int32 = 0
        var scale: Int32 = 100_000_000
        var hasDigits = false
        while let digit = digit() {
            hasDigits = true
            nanoseconds += Int32(digit) * scale
            scale /= 10
        }
        return hasDigits ? nanoseconds : nil
    }

    /// `Z` or `±hh:mm`, in seconds.
    mutating func offset() -> Int? {
        if take("Z") || take("z") { return 0 }
        let isNegative = take("-")
        guard isNegative || take("+") else { return nil }
        return hoursAndMinutes().map { isNegative ? -$0 : $0 }
    }

    /// `hh:mm`, in seconds.
    mutating func hoursAndMinutes() -> Int? {
        guard let hours = number(digits: 2), take(":"), let minutes = number(digits: 2), hours < 24, minutes < 60
        else { return nil }
        return hours * 3600 + minutes * 60
    }
}
