import ArgumentParser
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import PersonalizeAPI

/// `palate bench events`: events per second that a server takes and acknowledges.
struct BenchEventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Send PutEvents to a running server and time the answers.",
        discussion: """
            Makes a dataset group with an event tracker on the server, and leaves it there: use a data directory that \
            can be thrown away. An answer means that the events are on the disk.
            """)

    enum Output: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    @Option(help: "The server.")
    var endpoint = "http://127.0.0.1:8686"

    @Option(help: "The server's region.")
    var region = "us-east-1"

    @Option(help: "Calls under way at once, each on a connection of its own.")
    var connections = 32

    @Option(help: "Events in a call, from 1 to 10.")
    var eventsPerCall = 1

    @Option(help: "How long to send, after a second of warming up.")
    var seconds = 10

    @Option(help: "How to print the result.")
    var output = Output.text

    func validate() throws {
        for (name, value, limit) in [
            ("connections", connections, 1000), ("events-per-call", eventsPerCall, 10), ("seconds", seconds, 3600),
        ]
        where value < 1 || value > limit {
            throw ValidationError("--\(name) must be from 1 to \(limit).")
        }
    }

    func run() async throws {
        let tracking = try await prepare()
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let report = try await measure(http, tracking)
            switch output {
            case .text: print(report.text)
            case .json:
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys]
                print(String(decoding: try encoder.encode(report), as: UTF8.self))
            }
            try await http.shutdown()
        } catch {
            try? await http.shutdown()
            throw error
        }
    }

    /// - Returns: The tracking identifier.
    private func prepare() async throws -> String {
        let client = WalkthroughClient(endpoint: endpoint, region: region)
        let name = "bench-\(UUID().uuidString.prefix(8).lowercased())"
        let schema = try await client.call(CreateSchema.self, .init(name: name, schema: Self.schema))
        let group = try await client.call(CreateDatasetGroup.self, .init(name: name))
        guard let schemaArn = schema.schemaArn, let groupArn = group.datasetGroupArn else {
            throw CommandFailure("The server's answers have no ARNs.")
        }
        try await untilActive {
            try await client.call(DescribeDatasetGroup.self, .init(datasetGroupArn: groupArn)).datasetGroup?.status
        }
        let dataset = try await client.call(
            CreateDataset.self,
            .init(name: name, schemaArn: schemaArn, datasetGroupArn: groupArn, datasetType: "Interactions"))
        let tracker = try await client.call(CreateEventTracker.self, .init(name: name, datasetGroupArn: groupArn))
        try await untilActive {
            try await client.call(DescribeDataset.self, .init(datasetArn: dataset.datasetArn ?? "")).dataset?.status
        }
        try await untilActive {
            try await client.call(DescribeEventTracker.self, .init(eventTrackerArn: tracker.eventTrackerArn ?? ""))
                .eventTracker?.status
        }
        guard let tracking = tracker.trackingId else { throw CommandFailure("The tracker has no trackingId.") }
        return tracking
    }

    private func untilActive(_ status: () async throws -> String?) async throws {
        for _ in 0..<1000 {
            if try await status() == "ACTIVE" { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw CommandFailure("The server did not make the resources for the benchmark.")
    }

    private func measure(_ http: HTTPClient, _ tracking: String) async throws -> EventsReport {
        let clock = ContinuousClock()
        let begin = clock.now + .seconds(1)
        let end = begin + .seconds(seconds)
        let url = endpoint + PutEvents.path
        let size = eventsPerCall
        let latencies = try await withThrowingTaskGroup(of: [Double].self) { group in
            for connection in 0..<connections {
                group.addTask {
                    let bodies = (0..<64).map { Self.body(tracking, user: connection * 64 + $0, events: size) }
                    var latencies: [Double] = []
                    var turn = 0
                    while clock.now < end {
                        let start = clock.now
                        var request = HTTPClientRequest(url: url)
                        request.method = .POST
                        request.headers.add(name: "Content-Type", value: "application/json")
                        request.body = .bytes(bodies[turn % bodies.count])
                        turn += 1
                        let response = try await http.execute(request, timeout: .seconds(60))
                        let answer = try await response.body.collect(upTo: 1 << 20)
                        guard response.status == .ok else {
                            throw CommandFailure(
                                "PutEvents answered \(response.status.code): \(String(buffer: answer))")
                        }
                        let stop = clock.now
                        if start >= begin, stop <= end { latencies.append((stop - start) / .seconds(1)) }
                    }
                    return latencies
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let sorted = latencies.sorted()
        guard !sorted.isEmpty else { throw CommandFailure("No call was answered within the time.") }
        func percentile(_ share: Double) -> Double { sorted[min(Int(Double(sorted.count) * share), sorted.count - 1)] }
        return EventsReport(
            connections: connections, eventsPerCall: eventsPerCall, calls: sorted.count,
            eventsPerSecond: Double(sorted.count * eventsPerCall) / Double(seconds),
            medianMilliseconds: percentile(0.5) * 1000, percentile99Milliseconds: percentile(0.99) * 1000)
    }

    private static func body(_ tracking: String, user: Int, events: Int) -> ByteBuffer {
        let now = Int(Date().timeIntervalSince1970)
        let list = (0..<events).map { index in
            #"{"eventType":"click","itemId":"item-\#((user * 31 + index * 7) % 5000)","sentAt":\#(now),"#
                + #""properties":"{\"device\":\"phone\"}"}"#
        }
        return ByteBuffer(
            string:
                #"{"trackingId":"\#(tracking)","userId":"user-\#(user)","sessionId":"session-\#(user)","eventList":["#
                + list.joined(separator: ",") + "]}")
    }

    private static let schema = """
        {"type": "record", "name": "Interactions", "namespace": "com.amazonaws.personalize.schema", "version": "1.0",
         "fields": [{"name": "USER_ID", "type": "string"}, {"name": "ITEM_ID", "type": "string"},
                    {"name": "TIMESTAMP", "type": "long"}, {"name": "EVENT_TYPE", "type": "string"},
                    {"name": "DEVICE", "type": ["string", "null"], "categorical": true}]}
        """
}

private struct EventsReport: Encodable {
    let connections, eventsPerCall, calls: Int
    let eventsPerSecond, medianMilliseconds, percentile99Milliseconds: Double

    var text: String {
        let rate = String(format: "%.0f events/s in %d calls", eventsPerSecond, calls)
        return """
            sent              \(connections) connections, \(eventsPerCall) events a call
            acknowledged      \(rate)
            time of a call    \(String(format: "p50 %.2f ms, p99 %.2f ms", medianMilliseconds, percentile99Milliseconds))
            """
    }
}
