import NIOHTTP2

/// How much HTTP/2 may send ahead, on both sides of the proxy: enough for tensors, little enough for memory.
enum HTTP2Windows {
    /// A connection's streams may send this much each before anyone reads it.
    static let stream = 64 << 10
    static let connection = 1 << 20
    static let highWatermark = 64 << 10
    static let lowWatermark = 32 << 10
    static let maximumStreams = 100

    static let settings = [
        HTTP2Setting(parameter: .maxConcurrentStreams, value: maximumStreams),
        HTTP2Setting(parameter: .maxHeaderListSize, value: 64 << 10),
        HTTP2Setting(parameter: .initialWindowSize, value: stream),
        HTTP2Setting(parameter: .enablePush, value: 0),
    ]
}
