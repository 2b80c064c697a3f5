import ControlPlane
import Foundation
import GRDB
import PersonalizeAPI
import Testing

@Suite struct SolutionVersionStopTests {
    private func status(_ arn: String, _ service: TestService) async throws -> String? {
        try await service.controlPlane.describeSolutionVersion(.init(solutionVersionArn: arn)).solutionVersion?.status
    }

    private func pendingVersion(_ service: TestService) async throws -> String {
        let group = try await service.whileJobsRun { try await service.createGroup() }
        let solution = try await service.createSolution(in: group)
        return try #require(
            try await service.controlPlane.createSolutionVersion(.init(solutionArn: solution)).solutionVersionArn)
    }

    @Test func aVersionThatWaitsIsStoppedAtOnceAndNeverTrained() async throws {
        let service = try TestService()
        let plane = service.controlPlane
        let arn = try await pendingVersion(service)
        _ = try await plane.stopSolutionVersionCreation(.init(solutionVersionArn: arn))
        #expect(try await status(arn, service) == "CREATE STOPPED")
        let solution = String(arn[..<(arn.lastIndex(of: "/") ?? arn.endIndex)])
        try await service.whileJobsRun {
            // Trainings run in order: when a later one has ended, the stopped one would have, too.
            _ = try await service.trainAndWait(solution)
        }
        #expect(try await status(arn, service) == "CREATE STOPPED")
        await expectError(.invalidInputException) {
            _ = try await plane.stopSolutionVersionCreation(.init(solutionVersionArn: arn))
        }
        await expectError(.invalidInputException) {
            _ = try await plane.createCampaign(.init(name: "films", solutionVersionArn: arn))
        }
    }

    @Test func aRunningTrainingIsInterrupted() async throws {
        let service = try TestService()
        let plane = service.controlPlane
        try await service.allowImports()
        var lines = ["USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE"]
        for user in 0..<4000 {
            for step in 0..<40 {
                lines.append("u\(user),i\((user &* 31 &+ step &* step) % 2500),\(1_600_000_000 + step),watch")
            }
        }
        try await service.put(lines.joined(separator: "\n") + "\n")
        try await service.whileJobsRun {
            let group = try await service.createGroup()
            _ = try await service.importAndWait(into: try await service.createDataset(in: group))
            let solution = try await service.createSolution(in: group, recipe: "aws-user-personalization")
            let arn = try #require(
                try await plane.createSolutionVersion(.init(solutionArn: solution)).solutionVersionArn)
            #expect(try await service.eventually { plane.progress.report(on: arn) != nil })
            _ = try await plane.stopSolutionVersionCreation(.init(solutionVersionArn: arn))
            #expect(try await service.eventually { try await status(arn, service) == "CREATE STOPPED" })
            // The lane goes on, and the solution can go.
            _ = try await plane.deleteSolution(.init(solutionArn: solution))
            #expect(try await service.gone { _ = try await plane.describeSolution(.init(solutionArn: solution)) })
            #expect(try await service.becomesEmpty("models"))
        }
    }

    @Test func aStopThatARestartInterruptedIsCarriedOutAfterIt() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "palate-test-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let arn: String
        do {
            let before = try TestService(directory: directory)
            arn = try await pendingVersion(before)
            let database = try DatabaseQueue(path: directory.appending(path: "palate.sqlite").path)
            try await database.write { try $0.execute(sql: "UPDATE job SET isRunning = 1, attempts = 1") }
            _ = try await before.controlPlane.stopSolutionVersionCreation(.init(solutionVersionArn: arn))
            #expect(try await status(arn, before) == "CREATE STOPPING")
            await expectError(.resourceInUseException) {
                _ = try await before.controlPlane.stopSolutionVersionCreation(.init(solutionVersionArn: arn))
            }
        }
        let after = try TestService(directory: directory)
        #expect(
            try await after.whileJobsRun {
                try await after.eventually { try await status(arn, after) == "CREATE STOPPED" }
            })
    }
}
