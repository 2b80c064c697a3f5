import CVectorKernels
import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What no server could be faster than on this machine: measured here, with nothing in the way.
struct PhysicalLimits: Encodable {
    /// Reading as many bytes as the vectors of all items have, one after the other, again and again, on one core.
    let scanBytes: Int
    let scanMicroseconds: Double
    /// One `read` and one `write` of a TCP connection on this machine, with what the kernel does for them.
    let systemCallMicroseconds: Double

    /// - Parameter scanBytes: What a list has to look at, if it looks at everything.
    init(scanBytes: Int) throws {
        self.scanBytes = scanBytes
        scanMicroseconds = Self.scan(bytes: scanBytes)
        systemCallMicroseconds = try Self.exchange()
    }

    /// The shortest of several rounds, in microseconds.
    private static func fastest(of rounds: Int, _ body: () throws -> Void) rethrows -> Double {
        let clock = ContinuousClock()
        var best = Double.infinity
        for _ in 0..<rounds {
            let start = clock.now
            try body()
            best = min(best, (clock.now - start) / .microseconds(1))
        }
        return best
    }

    private static func scan(bytes: Int) -> Double {
        let values = [Float](repeating: 1, count: max(bytes / MemoryLayout<Float>.stride, 1))
        var greatest: Float = 0
        let time = fastest(of: 50) { greatest = max(greatest, palate_maximum(values, values.count)) }
        precondition(greatest == 1)
        return time
    }

    private static let requestBytes = 300
    private static let answerBytes = 1_000

    /// A request and an answer through two ends of a connection: each end reads once and writes once, so half is the server's.
    private static func exchange() throws -> Double {
        let (client, server) = try connection()
        defer {
            _ = close(client)
            _ = close(server)
        }
        var buffer = [UInt8](repeating: 0, count: answerBytes)
        func pass(_ count: Int, from source: Int32, to target: Int32) throws {
            guard write(source, buffer, count) == count else { throw CommandFailure("A connection took no bytes.") }
            var left = count
            while left > 0 {
                let got = read(target, &buffer, left)
                guard got > 0 else { throw CommandFailure("A connection gave no bytes.") }
                left -= got
            }
        }
        let exchanges = 200
        let time = try fastest(of: 50) {
            for _ in 0..<exchanges {
                try pass(requestBytes, from: client, to: server)
                try pass(answerBytes, from: server, to: client)
            }
        }
        return time / Double(2 * exchanges)
    }

    /// Two ends of a TCP connection on 127.0.0.1.
    private static func connection() throws -> (client: Int32, server: Int32) {
        #if canImport(Darwin)
            let stream = SOCK_STREAM
        #else
            let stream = Int32(SOCK_STREAM.rawValue)
        #endif
        let listener = socket(AF_INET, stream, 0)
        let client = socket(AF_INET, stream, 0)
        defer { _ = close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isConnected = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 1) == 0
                    && getsockname(listener, address, &length) == 0 && connect(client, address, length) == 0
            }
        }
        let server = isConnected ? accept(listener, nil, nil) : -1
        guard server >= 0 else {
            _ = close(client)
            throw CommandFailure("No connection could be made on 127.0.0.1.")
        }
        return (client, server)
    }

    var text: String {
        """
        What the machine takes at least
        \(Self.line("reading \(String(format: "%.2f", Double(scanBytes) / 1e6)) MB of vectors", scanMicroseconds))
        \(Self.line("a read and a write", systemCallMicroseconds))
        """
    }

    static func line(_ name: String, _ microseconds: Double) -> String {
        name.padding(toLength: 30, withPad: " ", startingAt: 0) + String(format: "%8.1f µs", microseconds)
    }
}
