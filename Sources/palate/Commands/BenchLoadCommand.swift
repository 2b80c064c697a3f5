import ArgumentParser
import Foundation
import NIOCore

/// `palate bench load`: requests per second and times of answers of any HTTP server.
struct BenchLoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Send requests to a running server and time the answers.",
        discussion: """
            With --bodies each request is a POST of one line of the file, in turn; without it a GET. With --rate \
            requests are sent by a timetable, and an answer's time counts from when its request was due.
            """)

    @Option(help: "Where requests go, such as http://127.0.0.1:8686/recommendations.")
    var url: String

    @Option(help: "A file with a JSON body a line.")
    var bodies: String?

    @OptionGroup var load: LoadOptions

    func run() async throws {
        guard let target = LoadTarget(url) else {
            throw ValidationError("--url must look like http://host:port/path.")
        }
        let lines = try bodies.map { path in
            try String(contentsOf: URL(filePath: path), encoding: .utf8).split(separator: "\n").map(String.init)
        }
        if let lines, lines.isEmpty { throw ValidationError("--bodies has no line.") }
        let report = try await load.plan(lines.map { $0.map(target.post) } ?? [target.get])
            .run(host: target.host, port: target.port)
        try load.output.write(report, text: report.text)
    }
}

/// How a load is sent.
struct LoadOptions: ParsableArguments {
    @Option(help: "Requests under way at once, each on a connection of its own.")
    var connections = 32

    @Option(help: "How long to send, after --warmup.")
    var seconds = 10

    @Option(help: "Seconds that are sent but not counted.")
    var warmup = 1

    @Option(help: "Requests a second. [default: as many as are answered]")
    var rate: Double?

    @Option(help: "How to print the result.")
    var output = ReportFormat.text

    func validate() throws {
        for (name, value, range) in [
            ("connections", connections, 1...1_000), ("seconds", seconds, 1...86_400), ("warmup", warmup, 0...3_600),
        ]
        where !range.contains(value) {
            throw ValidationError("--\(name) must be from \(range.lowerBound) to \(range.upperBound).")
        }
        if let rate, !(rate > 0 && rate <= 1e6) { throw ValidationError("--rate must be above 0, at most 1000000.") }
    }

    func plan(_ requests: [ByteBuffer]) -> LoadPlan {
        LoadPlan(
            requests: requests, connections: connections, rate: rate, warmup: .seconds(Int64(warmup)),
            duration: .seconds(Int64(seconds)))
    }
}

/// Where requests go.
struct LoadTarget {
    let host: String
    let port: Int
    private let path: String

    init?(_ url: String) {
        guard let parts = URLComponents(string: url), parts.scheme == "http", let host = parts.host, !host.isEmpty
        else { return nil }
        self.host = host
        port = parts.port ?? 80
        path = parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath
    }

    var get: ByteBuffer { ByteBuffer(string: "GET \(path) HTTP/1.1\r\nHost: \(host):\(port)\r\n\r\n") }

    func post(_ body: String) -> ByteBuffer {
        ByteBuffer(
            string: "POST \(path) HTTP/1.1\r\nHost: \(host):\(port)\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }
}
