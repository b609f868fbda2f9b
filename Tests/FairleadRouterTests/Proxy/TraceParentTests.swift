import NIOHTTP1
import Testing

@testable import FairleadRouter

/// Traces that begin elsewhere go on; those that can't be read are begun anew.
struct TraceParentTests {
    private static let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    /// What the model server gets of a trace.
    private func passedOn(_ values: String...) throws -> (parent: [String], state: [String]) {
        var identifiers = Identifiers()
        var headers: HTTPHeaders = ["host": "churn.risk", "tracestate": "a=b"]
        for value in values { headers.add(name: "traceparent", value: value) }
        let request = try IncomingRequest(
            method: .GET, target: "/", headers: headers,
            origin: IncomingRequest.Origin(address: "10.0.0.1", isHTTP2: false), identifiers: &identifiers)
        var passed = HTTPHeaders()
        request.passHeaders { passed.add(name: $0, value: $1) }
        return (passed["traceparent"], passed["tracestate"])
    }

    @Test(arguments: [good, "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more"])
    func whatCanBeReadIsPassedOn(value: String) throws {
        let (parent, state) = try passedOn(value)
        #expect(parent == [value])
        #expect(state == ["a=b"])
    }

    @Test(arguments: [
        "", "00-zz-b7ad6b7169203331-01", "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", good + "-more", "ff" + good.dropFirst(2),
        good.uppercased(), "00x" + good.dropFirst(3),
    ])
    func whatCanNotBeReadBeginsAnew(value: String) throws {
        let (parent, state) = try passedOn(value)
        #expect(parent.count == 1 && parent[0] != value && TraceParent.isValid(parent[0]), "\(parent)")
        #expect(state.isEmpty)
    }

    /// Of two it is not known which is meant.
    @Test(arguments: [good, "x"])
    func ofTwoNoneIsPassedOn(first: String) throws {
        let (parent, state) = try passedOn(first, Self.good)
        #expect(parent.count == 1 && parent[0] != Self.good && TraceParent.isValid(parent[0]), "\(parent)")
        #expect(state.isEmpty)
    }
}
