import ControlPlane
import Datasets
import Foundation
import Identity
import Logging
import NIOCore
import ObjectStorage
import PersonalizeAPI
import Recipes
import Synchronization

/// A control plane on a temporary data directory, with its jobs under the test's control.
final class TestService: Sendable {
    let directory: URL
    let controlPlane: ControlPlane
    let objects: EmbeddedObjectStore
    let identity: IdentityStore
    let host = RecordingHost()
    private let keepsDirectory: Bool

    init(
        directory: URL? = nil, settings: ControlPlaneSettings = .forTests,
        clock: @escaping @Sendable () -> Date = { Date() }
    ) throws {
        let place =
            directory ?? FileManager.default.temporaryDirectory.appending(path: "palate-test-\(UUID().uuidString)")
        self.directory = place
        keepsDirectory = directory != nil
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        objects = try EmbeddedObjectStore(directory: place.appending(path: "objects").path)
        identity = try IdentityStore(path: place.appending(path: "identity.sqlite").path)
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        controlPlane = try ControlPlane(
            settings: settings, directories: DataDirectories(root: place), objects: objects, access: identity,
            recipes: .standard, clock: clock, logger: logger)
    }

    deinit { if !keepsDirectory { try? FileManager.default.removeItem(at: directory) } }

    /// Runs jobs while `body` runs.
    func whileJobsRun<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let runner = JobRunner(controlPlane: controlPlane, host: host)
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                try await runner.run()
                return nil
            }
            group.addTask { try await body() }
            defer { group.cancelAll() }
            while let finished = try await group.next() {
                if let finished { return finished }
            }
            throw CancellationError()
        }
    }

    /// Waits until `status` gives one of the states that last.
    func settled(_ status: @escaping @Sendable () async throws -> String?) async throws -> String {
        for _ in 0..<3000 {
            if let status = try await status(), ["ACTIVE", "CREATE FAILED"].contains(status) { return status }
            try await Task.sleep(for: .milliseconds(10))
        }
        return "no lasting state"
    }

    /// Waits until `condition` holds.
    func eventually(_ condition: @escaping @Sendable () async throws -> Bool) async throws -> Bool {
        for _ in 0..<3000 {
            if try await condition() { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    /// Waits until a folder of the data directory has no entries.
    func becomesEmpty(_ folder: String) async throws -> Bool {
        for _ in 0..<500 {
            if try FileManager.default.contentsOfDirectory(atPath: directory.appending(path: folder).path).isEmpty {
                return true
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    /// Waits until asking for a resource throws `ResourceNotFoundException`.
    func gone(_ ask: @escaping @Sendable () async throws -> Void) async throws -> Bool {
        for _ in 0..<3000 {
            do {
                try await ask()
            } catch let error as PersonalizeError where error.code == .resourceNotFoundException {
                return true
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }
}

/// Notes what is deployed instead of loading models.
final class RecordingHost: CampaignHost {
    private let arns = Mutex<Set<String>>([])
    private let refusal = Mutex<String?>(nil)

    var deployed: Set<String> { arns.withLock { $0 } }

    /// Makes every deployment fail with a reason; nil lets them succeed again.
    func refuse(because reason: String?) { refusal.withLock { $0 = reason } }

    func deploy(_ served: ServedModel) async throws {
        if let reason = refusal.withLock({ $0 }) { throw DeploymentRefused(reason: reason) }
        arns.withLock { _ = $0.insert(served.arn) }
    }

    func prepare(_ catalogue: ServedCatalogue) async {}

    func refresh(_ catalogue: ServedCatalogue) async {}

    func retire(campaignArn: String) async {
        arns.withLock { _ = $0.remove(campaignArn) }
    }

    func ranking(
        of served: ServedModel, filter: ServedFilter?, catalogue: ServedCatalogue
    ) async throws -> any BatchRanking {
        throw DeploymentRefused(reason: "No models are loaded here.")
    }
}

struct DeploymentRefused: Error {
    let reason: String
}

/// A clock that stands still until it is moved.
final class TestClock: Sendable {
    private let moment = Mutex(Date(timeIntervalSince1970: 1_800_000_000))

    var now: Date { moment.withLock { $0 } }

    func advance(hours: Double) { moment.withLock { $0 += hours * 3600 } }
}

extension ControlPlaneSettings {
    /// The documented maximums without minimums, so that small data will do.
    static var forTests: ControlPlaneSettings {
        var settings = ControlPlaneSettings()
        settings.datasetLimits = .withoutMinimums
        return settings
    }
}
