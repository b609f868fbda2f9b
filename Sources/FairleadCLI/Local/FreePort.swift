#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Finds out whether a loopback port can be listened on.
enum FreePort {
    /// Whether nobody listens there at this moment.
    static func isFree(_ port: Int) -> Bool {
        guard let number = UInt16(exactly: port), number > 0 else { return false }
        return bound(number) != nil
    }

    /// A port at which nobody listens at this moment; nil where the system has none to give.
    static func any() -> Int? { bound(0) }

    /// The port that a socket gets which is bound to one, or to any by 0; nil where it can't be.
    private static func bound(_ number: UInt16) -> Int? {
        #if canImport(Darwin)
            let kind = SOCK_STREAM
        #else
            let kind = Int32(SOCK_STREAM.rawValue)
        #endif
        let descriptor = socket(AF_INET, kind, 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var isReused: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &isReused, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = number.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
                guard bind(descriptor, place, length) == 0 else { return nil }
                return getsockname(descriptor, place, &length) == 0
                    ? Int(pointer.pointee.sin_port.bigEndian) : nil
            }
        }
    }
}
