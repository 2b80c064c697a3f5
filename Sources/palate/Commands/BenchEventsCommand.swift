import ArgumentParser
import Foundation
import NIOCore
import PersonalizeAPI

/// `palate bench events`: events per second that a server takes and acknowledges.
struct BenchEventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Send PutEvents to a running server and time the answers.",
        discussion: """
            Makes a dataset group with an event tracker on the server, and leaves it there: use a data directory that \
            can be thrown away. An answer means that the events are on the disk.
            """)

    @Option(help: "The server.")
    var endpoint = "http://127.0.0.1:8686"

    @Option(help: "The server's region.")
    var region = "us-east-1"

    @Option(help: "Events in a call, from 1 to 10.")
    var eventsPerCall = 1

    @OptionGroup var load: LoadOptions

    func validate() throws {
        guard (1...10).contains(eventsPerCall) else {
            throw ValidationError("--events-per-call must be from 1 to 10.")
        }
    }

    func run() async throws {
        guard let target = LoadTarget(endpoint + PutEvents.path) else {
            throw ValidationError("--endpoint must look like http://host:port.")
        }
        let tracking = try await prepare()
        let requests = (0..<(64 * load.connections)).map { user in
            target.post(Self.body(tracking, user: user, events: eventsPerCall))
        }
        let report = EventsReport(
            load: try await load.plan(requests).run(host: target.host, port: target.port), eventsPerCall: eventsPerCall)
        guard report.load.failures == 0 else {
            throw CommandFailure("\(report.load.failures) calls of PutEvents were answered with an error.")
        }
        try load.output.write(report, text: report.text)
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

    private static func body(_ tracking: String, user: Int, events: Int) -> String {
        let now = Int(Date().timeIntervalSince1970)
        let list = (0..<events).map { index in
            #"{"eventType":"click","itemId":"item-\#((user * 31 + index * 7) % 5000)","sentAt":\#(now),"#
                + #""properties":"{\"device\":\"phone\"}"}"#
        }
        return
            #"{"trackingId":"\#(tracking)","userId":"user-\#(user)","sessionId":"session-\#(user)","eventList":["#
            + list.joined(separator: ",") + "]}"
    }

    private static let schema = """
        {"type": "record", "name": "Interactions", "namespace": "com.amazonaws.personalize.schema", "version": "1.0",
         "fields": [{"name": "USER_ID", "type": "string"}, {"name": "ITEM_ID", "type": "string"},
                    {"name": "TIMESTAMP", "type": "long"}, {"name": "EVENT_TYPE", "type": "string"},
                    {"name": "DEVICE", "type": ["string", "null"], "categorical": true}]}
        """
}

private struct EventsReport: Encodable {
    let load: LoadReport
    let eventsPerCall: Int
    let eventsPerSecond: Double

    init(load: LoadReport, eventsPerCall: Int) {
        self.load = load
        self.eventsPerCall = eventsPerCall
        eventsPerSecond = load.answersPerSecond * Double(eventsPerCall)
    }

    var text: String {
        load.text + String(format: "\nacknowledged      %.0f events/s, %d a call", eventsPerSecond, eventsPerCall)
    }
}
