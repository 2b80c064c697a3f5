import Foundation
import NIOCore
import NIOPosix

/// Requests, and how they are sent.
struct LoadPlan: Sendable {
    /// Whole requests as bytes; each connection goes through them from a place of its own.
    let requests: [ByteBuffer]
    let connections: Int
    /// Requests a second over all connections, each timed from when it was due, whether or not the one before was answered
    /// by then (so that a stall counts for all whom it kept waiting); nil sends as fast as answers come.
    let rate: Double?
    /// Answers count that were asked for in this time.
    let begin: NIODeadline
    let end: NIODeadline
    private let start: NIODeadline

    init(requests: [ByteBuffer], connections: Int, rate: Double?, warmup: TimeAmount, duration: TimeAmount) {
        self.requests = requests
        self.connections = connections
        self.rate = rate
        start = .now()
        begin = start + warmup
        end = begin + duration
    }

    /// Nil when there is no timetable.
    func due(turn: Int, connection: Int) -> NIODeadline? {
        guard let rate else { return nil }
        let seconds = (Double(turn) * Double(connections) + Double(connection)) / rate
        return start + .nanoseconds(Int64(seconds * 1e9))
    }

    /// - Throws: ``LoadFailure`` when a connection fails; answers that are not a success are counted.
    func run(host: String, port: Int) async throws -> LoadReport {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let sample = try await run(host: host, port: port, on: group)
            try await group.shutdownGracefully()
            return LoadReport(
                sample, connections: connections, rate: rate, seconds: Double((end - begin).nanoseconds) / 1e9)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    private func run(host: String, port: Int, on group: MultiThreadedEventLoopGroup) async throws -> LoadSample {
        var samples: [EventLoopFuture<LoadSample>] = []
        for number in 0..<connections {
            let finished = group.next().makePromise(of: LoadSample.self)
            samples.append(finished.futureResult)
            let bootstrap = ClientBootstrap(group: group)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            LoadConnection(plan: self, number: number, finished: finished))
                    }
                }
            do {
                _ = try await bootstrap.connect(host: host, port: port).get()
            } catch {
                finished.fail(error)
            }
        }
        var all = LoadSample()
        var failure: (any Error)?
        for sample in samples {
            do { all.add(try await sample.get()) } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
        return all
    }
}

/// Why a load could not be measured.
struct LoadFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Times of answers.
struct LoadSample: Sendable {
    private(set) var microseconds: [UInt32] = []
    private(set) var failures = 0

    mutating func add(status: Int, nanoseconds: Int64) {
        if status == 200 {
            microseconds.append(UInt32(clamping: nanoseconds / 1000))
        } else {
            failures += 1
        }
    }

    mutating func add(_ other: LoadSample) {
        microseconds += other.microseconds
        failures += other.failures
    }
}

struct LoadReport: Encodable {
    let connections: Int
    let requestsPerSecondAsked: Double?
    let answers, failures: Int
    let answersPerSecond: Double
    let medianMilliseconds, percentile90Milliseconds, percentile99Milliseconds, percentile999Milliseconds: Double
    let slowestMilliseconds: Double

    init(_ sample: LoadSample, connections: Int, rate: Double?, seconds: Double) {
        let sorted = sample.microseconds.sorted()
        func percentile(_ share: Double) -> Double {
            sorted.isEmpty ? .infinity : Double(sorted[min(Int(Double(sorted.count) * share), sorted.count - 1)]) / 1000
        }
        self.connections = connections
        requestsPerSecondAsked = rate
        answers = sorted.count
        failures = sample.failures
        answersPerSecond = Double(sorted.count) / seconds
        medianMilliseconds = percentile(0.5)
        percentile90Milliseconds = percentile(0.9)
        percentile99Milliseconds = percentile(0.99)
        percentile999Milliseconds = percentile(0.999)
        slowestMilliseconds = percentile(1)
    }

    var text: String {
        let asked = requestsPerSecondAsked.map { String(format: ", %.0f requests/s asked", $0) } ?? ""
        return """
            sent              \(connections) connections\(asked)
            answered          \(String(format: "%.0f", answersPerSecond)) requests/s, \(answers) in all, \(failures) failures
            time of an answer \(String(
                format: "p50 %.2f ms, p90 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, slowest %.2f ms", medianMilliseconds,
                percentile90Milliseconds, percentile99Milliseconds, percentile999Milliseconds, slowestMilliseconds))
            """
    }
}
