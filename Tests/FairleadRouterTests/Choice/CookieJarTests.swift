import NIOCore
import NIOHTTP1
import Testing

@testable import FairleadRouter

struct CookieJarTests {
    @Test(
        arguments: [
            (["user=7"], "7"), (["a=1; user=7; b=2"], "7"), (["users=8; user=7"], "7"), (["xuser=8"], nil),
            (["user="], nil), (["user"], nil), ([], nil), (["a=1", "user=x=y"], "x=y"),
        ] as [([String], String?)])
    func reads(_ fields: [String], _ expected: String?) {
        let headers = HTTPHeaders(fields.map { ("Cookie", $0) })
        #expect(CookieJar.value(of: "user", in: headers).map(String.init) == expected)
    }

    @Test func sets() {
        #expect(
            CookieJar.field("user", value: "7", path: "/risk/churn")
                == "user=7; Path=/risk/churn/; HttpOnly; SameSite=Lax")
        #expect(CookieJar.field("user", value: "7", path: "") == "user=7; Path=/; HttpOnly; SameSite=Lax")
        #expect(CookieJar.makeValue().utf8.count == 32)
        #expect(CookieJar.makeValue() != CookieJar.makeValue())
    }

    @Test(
        arguments: [
            ("10S", .seconds(10)), ("1m", .milliseconds(1)), ("5u", .microseconds(5)), ("7n", .nanoseconds(7)),
            ("2H", .hours(2)), ("3M", .minutes(3)), ("99999999H", .hours(100_000)), ("S", nil), ("", nil), ("-1S", nil),
            ("100000000S", nil), ("10s", nil), ("1.5S", nil),
        ] as [(String, TimeAmount?)])
    func timeouts(_ text: String, _ expected: TimeAmount?) {
        #expect(GRPCTimeout.parse(text) == expected)
    }
}
