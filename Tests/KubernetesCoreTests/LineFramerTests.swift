import KubernetesCore
import PropertyTesting
import Testing

/// Lines come out the same wherever the stream is cut.
struct LineFramerTests {
    @Test(arguments: 0..<20 as Range<UInt64>)
    func anyCutGivesTheSameLines(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let length = Int.random(in: 0..<200, using: &generator)
            let stream: [UInt8] = (0..<length).map { _ in
                Int.random(in: 0..<8, using: &generator) == 0 ? 0x0A : UInt8.random(in: 0...255, using: &generator)
            }
            let pieces = stream.split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0) }
            var framer = LineFramer()
            var lines: [[UInt8]] = []
            var rest = stream[...]
            while !rest.isEmpty {
                let size = Int.random(in: 1...max(1, rest.count), using: &generator)
                lines += try framer.push(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            #expect(lines == pieces.dropLast().filter { !$0.isEmpty }, "seed \(seed)")
            #expect(framer.remainder == pieces.last ?? [], "seed \(seed)")
        }
    }

    @Test func longLinesAreRefused() throws {
        var framer = LineFramer(limit: 4)
        #expect(try framer.push([1, 2, 3, 4, 10, 1, 2]) == [[1, 2, 3, 4]])
        #expect(#expect(throws: LineFramer.LineTooLong.self) { try framer.push([3, 4, 5]) }?.limit == 4)
        var whole = LineFramer(limit: 4)
        #expect(throws: LineFramer.LineTooLong.self) { try whole.push([1, 2, 3, 4, 5, 10]) }
    }
}
