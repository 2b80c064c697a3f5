import ControlPlane
import Foundation
import GRDB
import PersonalizeAPI
import Testing

/// What a new process finds when the one before it ended without warning.
@Suite struct RestartTests {
    private func temporaryDirectory() -> URL {
        FileManager.default.temporaryDirectory.appending(path: "palate-test-\(UUID().uuidString)")
    }

    @Test func aWaitingJobRunsAfterTheRestart() async throws {
        let directory = temporaryDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let arn: String
        do {
            let before = try TestService(directory: directory)
            arn = try #require(try await before.controlPlane.createDatasetGroup(.init(name: "films")).datasetGroupArn)
        }
        let after = try TestService(directory: directory)
        let plane = after.controlPlane
        let status = try await after.whileJobsRun {
            try await after.settled {
                try await plane.describeDatasetGroup(.init(datasetGroupArn: arn)).datasetGroup?.status
            }
        }
        #expect(status == "ACTIVE")
    }

    @Test func aJobThatWasRunningRunsAgain() async throws {
        let directory = temporaryDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let arn = try await interruptedJob(in: directory, attempts: 1)
        let after = try TestService(directory: directory)
        let plane = after.controlPlane
        let status = try await after.whileJobsRun {
            try await after.settled {
                try await plane.describeDatasetGroup(.init(datasetGroupArn: arn)).datasetGroup?.status
            }
        }
        #expect(status == "ACTIVE")
    }

    @Test func aJobThatEndedTheProcessThreeTimesIsGivenUpWithAReason() async throws {
        let directory = temporaryDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let arn = try await interruptedJob(in: directory, attempts: 3)
        let after = try TestService(directory: directory)
        let plane = after.controlPlane
        let group = try await after.whileJobsRun {
            _ = try await after.settled {
                try await plane.describeDatasetGroup(.init(datasetGroupArn: arn)).datasetGroup?.status
            }
            return try await plane.describeDatasetGroup(.init(datasetGroupArn: arn)).datasetGroup
        }
        #expect(group?.status == "CREATE FAILED")
        #expect(group?.failureReason?.contains("3 times") == true)
    }

    @Test func filesOfAnInterruptedJobAreRemoved() async throws {
        let directory = temporaryDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        _ = try TestService(directory: directory)
        let leftover = directory.appending(path: "models/0123456789abcdef")
        try FileManager.default.createDirectory(at: leftover, withIntermediateDirectories: true)
        let after = try TestService(directory: directory)
        let plane = after.controlPlane
        try await after.whileJobsRun {
            // Jobs start after the removal, so a finished job says that it is over.
            let arn = try #require(try await plane.createDatasetGroup(.init(name: "films")).datasetGroupArn)
            _ = try await after.settled {
                try await plane.describeDatasetGroup(.init(datasetGroupArn: arn)).datasetGroup?.status
            }
        }
        #expect(!FileManager.default.fileExists(atPath: leftover.path))
    }

    @Test func aPageTokenIsGoodAfterTheRestart() async throws {
        let directory = temporaryDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let token: String?
        do {
            let before = try TestService(directory: directory)
            for name in ["a", "b", "c"] { _ = try await before.controlPlane.createDatasetGroup(.init(name: name)) }
            let page = try await before.controlPlane.listDatasetGroups(.init(maxResults: 2))
            #expect(page.datasetGroups?.map(\.name) == ["a", "b"])
            token = page.nextToken
        }
        let after = try TestService(directory: directory)
        let page = try await after.controlPlane.listDatasetGroups(.init(nextToken: token))
        #expect(page.datasetGroups?.map(\.name) == ["c"])
        #expect(page.nextToken == nil)
    }

    @Test func aPageTokenOfAnotherListIsRefused() async throws {
        let service = try TestService()
        for name in ["a", "b"] { _ = try await service.controlPlane.createDatasetGroup(.init(name: name)) }
        let token = try await service.controlPlane.listDatasetGroups(.init(maxResults: 1)).nextToken
        await expectError(.invalidNextTokenException) {
            _ = try await service.controlPlane.listSchemas(.init(nextToken: token))
        }
    }

    @Test func commitsAreSynchronous() throws {
        let directory = temporaryDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let database = try ControlPlaneDatabase(at: directory.appending(path: "palate.sqlite"))
        let level = try database.pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
        #expect(level == 2, "2 is FULL: the log is synced at each commit")
    }

    /// Leaves a job behind that looks as if the process had died while it ran.
    private func interruptedJob(in directory: URL, attempts: Int) async throws -> String {
        let before = try TestService(directory: directory)
        let arn = try #require(try await before.controlPlane.createDatasetGroup(.init(name: "films")).datasetGroupArn)
        let database = try DatabaseQueue(path: directory.appending(path: "palate.sqlite").path)
        try await database.write {
            try $0.execute(sql: "UPDATE job SET isRunning = 1, attempts = ?", arguments: [attempts])
        }
        return arn
    }
}
