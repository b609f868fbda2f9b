import Foundation
import KubernetesCore
import PropertyTesting
import Testing

/// Amounts as Kubernetes writes them.
struct QuantityTests {
    @Test(arguments: [
        ("0", "0"), ("0Gi", "0"), ("1", "1"), ("+1", "1"), ("-7", "-7"), ("1000m", "1"), ("1500m", "1500m"),
        ("0.5", "500m"), (".5", "500m"), ("1.", "1"), ("0.001", "1m"), ("100.5k", "100500"), ("1000k", "1M"),
        ("1500k", "1500k"), ("1G", "1G"), ("1024", "1024"), ("1Ki", "1Ki"), ("1024Ki", "1Mi"), ("1.5Gi", "1536Mi"),
        ("0.5Ki", "512"), ("1.5Ki", "1536"), ("1Ei", "1Ei"), ("3Ti", "3Ti"), ("12e6", "12e6"), ("1e3", "1e3"),
        ("1E3", "1e3"), ("1e-3", "1e-3"), ("1e0", "1"), ("1e+2", "100"), ("10000e-2", "100"), ("7n", "7n"),
        ("1u", "1u"), ("0.1n", "1n"), ("-0.1n", "-1n"), ("1e-12", "1e-9"), ("0.0001Ki", "102400u"), ("9E", "9E"),
        ("00012", "12"), ("1000000000000000000000000000000", "9223372036854775807"),
        ("-1e999999999999999999999", "-9223372036854775807"), ("8Ei", "9223372036854775807"), ("0e99", "0"),
        ("1e-9999", "1e-9"),
    ])
    func canonicalForms(_ text: String, _ canonical: String) throws {
        let quantity = try #require(Quantity(text))
        #expect(quantity.description == canonical)
        #expect(Quantity(quantity.description) == quantity)
    }

    @Test(arguments: [
        "", " ", "1 ", " 1", "Gi", "1gi", "1KI", "1K", "--1", "1.2.3", "e3", "1e", "1e1.5", "0x10", "1e3k", "1,5", "∞",
        "1Kii", "١",
    ])
    func refused(_ text: String) { #expect(Quantity(text) == nil) }

    @Test func valuesAreRoundedUp() throws {
        #expect(try #require(Quantity("1m")).value == 1)
        #expect(try #require(Quantity("-1m")).value == -1)
        #expect(try #require(Quantity("1500m")).value == 2)
        #expect(try #require(Quantity("1500u")).milliValue == 2)
        #expect(try #require(Quantity("2")).milliValue == 2000)
        #expect(try #require(Quantity("9E")).milliValue == .max)
        #expect(try #require(Quantity("1Gi")).value == 1 << 30)
        #expect(Quantity(.min).value == -.max)
        #expect(Quantity(milliValue: 250).description == "250m")
    }

    @Test func sumsKeepTheFormatOfTheLeft() throws {
        let gibibyte = try #require(Quantity("1Gi"))
        let gigabyte = try #require(Quantity("1G"))
        #expect((gibibyte + gibibyte).description == "2Gi")
        #expect((gigabyte + gibibyte).description == "2073741824")
        #expect((.zero + gibibyte).description == "1Gi")
        #expect((gibibyte - gibibyte).isZero)
        #expect(gigabyte < gibibyte)
        #expect(try #require(Quantity("1000m")) == Quantity(1))
        #expect(Set([Quantity("1"), Quantity("1000m"), Quantity("1e0")]).count == 1)
        #expect((Quantity(.max) + Quantity(.max)).value == .max)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func lawsOfArithmetic(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let suffixes = ["", "n", "u", "m", "k", "M", "Ki", "Mi", "Gi", "e3", "e-3"]
        func quantity() throws -> Quantity {
            let number = Int.random(in: -99999...99999, using: &generator)
            let fraction = Int.random(in: 0..<1000, using: &generator)
            return try #require(Quantity("\(number).\(fraction)\(suffixes.randomElement(using: &generator) ?? "")"))
        }
        for _ in 0..<200 {
            let (left, right) = (try quantity(), try quantity())
            #expect(left + right == right + left, "seed \(seed)")
            #expect(left + right - right == left, "seed \(seed)")
            #expect((left < right) == (left - right).isNegative, "seed \(seed)")
            #expect(Quantity(left.description) == left, "seed \(seed): \(left)")
        }
    }

    @Test func codedAsStringAndReadFromNumbers() throws {
        let read = try KubernetesJSON.decode([Quantity].self, from: [2, 0.25, "1Gi", 1e21])
        #expect(read.map(\.description) == ["2", "250m", "1Gi", "9223372036854775807"])
        #expect(try KubernetesJSON.encode(read[2]) == Array("\"1Gi\"".utf8))
        #expect(throws: DecodingError.self) { try KubernetesJSON.decode([Quantity].self, from: ["lots"]) }
    }
}
