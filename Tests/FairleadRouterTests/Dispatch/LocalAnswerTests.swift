import NIOHTTP1
import Testing

@testable import FairleadRouter

struct LocalAnswerTests {
    /// A gRPC client shows the message as it is: a sentence, not JSON.
    @Test func aCallIsRefusedInASentence() {
        let answer = LocalAnswer(.serviceUnavailable, error: "100 % of \"churn\" are busy", retryAfter: 1).inGRPC
        #expect(answer.status == .ok)
        #expect(answer.headers["grpc-status"] == ["14"])
        #expect(answer.headers["grpc-message"] == ["100 %25 of \"churn\" are busy"])
        #expect(answer.headers["retry-after"] == ["1"])
        #expect(answer.body.isEmpty)
    }

    /// Whoever of the two was late: the call's time is over.
    @Test(arguments: [HTTPResponseStatus.requestTimeout, .gatewayTimeout])
    func aCallThatTookTooLongIsBeyondItsDeadline(status: HTTPResponseStatus) {
        #expect(LocalAnswer(status, error: "too late").inGRPC.headers["grpc-status"] == ["4"])
    }
}
