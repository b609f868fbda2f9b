import NIOCore
import NIOHTTP1

/// The client's side of an exchange, in whichever version of HTTP; used on its event loop alone.
///
/// After ``finish(_:)``, ``refuse(_:)`` or ``abort()`` the exchange is over.
protocol ClientSide: AnyObject {
    /// Whether the client takes in what is written.
    var isWritable: Bool { get }
    /// Tells the client to send its body.
    func sendContinue()
    /// Begins the answer.
    func respond(_ start: ResponseStart)
    /// Goes on with the answer.
    func respond(_ body: ByteBuffer)
    /// Ends the answer and flushes it.
    func finish(_ trailers: HTTPHeaders?)
    func flush()
    /// Reads on, if it stopped for the exchange's sake.
    func resumeReading()
    /// Gives an answer of the router's own; nothing was written before.
    func refuse(_ answer: LocalAnswer)
    /// Lets the client see that its answer broke off.
    func abort()
}

/// The model server's side of an exchange, in whichever version of HTTP; used on its event loop alone.
protocol UpstreamSide: AnyObject {
    /// Whether the server takes in what is written.
    var isWritable: Bool { get }
    /// Begins a request, which asks for a path that may not be the client's; nothing else follows where it is the end
    /// as well.
    func send(_ request: IncomingRequest, path: String, isEnd: Bool)
    /// Goes on with the request.
    func send(_ body: ByteBuffer)
    /// Ends the request.
    func sendEnd(_ trailers: HTTPHeaders?)
    func flush()
    /// Reads on, if it stopped for the exchange's sake.
    func resumeReading()
    /// Gives the request up.
    func cancel()
}

/// Something whose time may run out.
protocol Timed: AnyObject {
    /// Looks at the time; called every tick.
    func check(_ now: NIODeadline)
    /// Learns that the router drains.
    func drain()
}

/// Why a model server gave no answer.
enum UpstreamFailure: Error {
    /// No connection came about: the request was never sent.
    case unreachable
    /// The server says that it did nothing with the request.
    case unprocessed
    /// The connection broke.
    case closed
    /// What came is no HTTP.
    case malformed
}
