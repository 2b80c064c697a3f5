import AsyncHTTPClient
import Foundation
import NIOCore

/// A `palate serve` of this program's own, so that a load does not share memory or threads with it.
final class ServerProcess {
    let endpoint: String
    /// From the start of the process to the first answer.
    let startSeconds: Double
    private let process: Process

    /// - Throws: ``CommandFailure`` when the server does not start.
    init(dataDirectory: URL, environment: [String: String] = [:]) async throws {
        process = Process()
        process.executableURL = Bundle.main.executableURL
        process.arguments = ["serve", "--data-dir", dataDirectory.path, "--port", "0"]
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let errors = Pipe()
        process.standardError = errors
        let start = ContinuousClock.now
        try process.run()
        var said = ""
        var found: String?
        while found == nil {
            let data = errors.fileHandleForReading.availableData
            if data.isEmpty { break }
            said += String(decoding: data, as: UTF8.self)
            if let match = said.firstMatch(of: /Listening on (\S+)\n/) { found = String(match.1) }
        }
        guard let found else { throw CommandFailure("The server did not start: \(said)") }
        // What it says later must not fill the pipe.
        errors.fileHandleForReading.readabilityHandler = { _ = $0.availableData }
        endpoint = found
        _ = try await HTTPClient.shared.execute(HTTPClientRequest(url: endpoint + "/health"), timeout: .seconds(10))
        startSeconds = (ContinuousClock.now - start) / .seconds(1)
    }

    var processIdentifier: Int32 { process.processIdentifier }

    /// Seconds of processor time so far, user and system; nil where the system does not tell.
    var processorSeconds: Double? {
        guard let text = try? String(contentsOfFile: "/proc/\(processIdentifier)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[end...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else { return nil }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Bytes of resident memory; nil where the system does not tell.
    var residentBytes: Int? {
        guard let text = try? String(contentsOfFile: "/proc/\(processIdentifier)/statm", encoding: .utf8) else {
            return nil
        }
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    deinit { if process.isRunning { process.terminate() } }
}
