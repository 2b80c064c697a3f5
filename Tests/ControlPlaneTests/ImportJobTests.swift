import Identity
import ControlPlane
import Foundation
import PersonalizeAPI
import Testing

@Suite struct ImportJobTests {
    @Test func aBadRowFailsWithFileLineAndColumn() async throws {
        let service = try TestService()
        try await service.allowImports()
        try await service.put("USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\nu1,i1,1600000000,watch\nu1,i2,yesterday,watch\n")
        let job = try await service.whileJobsRun {
            let group = try await service.createGroup()
            return try await service.importAndWait(into: try await service.createDataset(in: group))
        }
        #expect(job?.status == "CREATE FAILED")
        let reason = job?.failureReason ?? ""
        for part in ["interactions.csv", "3", "TIMESTAMP", "yesterday"] {
            #expect(reason.contains(part), "\(part) is not in: \(reason)")
        }
    }

    @Test func aMissingRoleFailsTheImport() async throws {
        let service = try TestService()
        try await service.allowImports()
        try await service.put(TestService.csv)
        try await service.identity.detachPolicy(
            "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", fromRole: "Importer")
        try await service.identity.deleteRole(named: "Importer")
        let job = try await service.whileJobsRun {
            let group = try await service.createGroup()
            return try await service.importAndWait(into: try await service.createDataset(in: group))
        }
        #expect(job?.status == "CREATE FAILED")
        #expect(job?.failureReason?.contains("Importer") == true, "\(job?.failureReason ?? "")")
    }

    @Test func anAbsentObjectFailsTheImport() async throws {
        let service = try TestService()
        try await service.allowImports()
        let job = try await service.whileJobsRun {
            let group = try await service.createGroup()
            return try await service.importAndWait(into: try await service.createDataset(in: group))
        }
        #expect(job?.status == "CREATE FAILED")
        #expect(job?.failureReason?.contains("interactions.csv") == true, "\(job?.failureReason ?? "")")
    }

    @Test func allObjectsUnderAPrefixAreRead() async throws {
        let service = try TestService()
        try await service.allowImports()
        try await service.put("USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\nu1,i1,1600000000,watch\n", key: "days/1.csv")
        try await service.put("ITEM_ID,USER_ID,EVENT_TYPE,TIMESTAMP\ni2,u1,watch,1600000001\n", key: "days/2.csv")
        let rows = try await service.whileJobsRun {
            let group = try await service.createGroup()
            let dataset = try await service.createDataset(in: group)
            let job = try await service.importAndWait(into: dataset, location: "s3://\(TestService.bucket)/days/")
            #expect(job?.status == "ACTIVE", "\(job?.failureReason ?? "")")
            return try await service.controlPlane.bulkRowCount(ofDataset: dataset)
        }
        #expect(rows == 2)
    }

    @Test func aFullImportReplacesTheOneBefore() async throws {
        let service = try TestService()
        try await service.allowImports()
        let folders = try await service.whileJobsRun {
            let group = try await service.createGroup()
            let dataset = try await service.createDataset(in: group)
            try await service.put(TestService.csv)
            _ = try await service.importAndWait(into: dataset, named: "first")
            try await service.put("USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\nu1,i1,1600000000,watch\n")
            _ = try await service.importAndWait(into: dataset, named: "second")
            #expect(try await service.controlPlane.bulkRowCount(ofDataset: dataset) == 1)
            // The columns that were replaced go after the job is ACTIVE.
            for _ in 0..<500 {
                let folders = try FileManager.default.contentsOfDirectory(
                    atPath: service.directory.appending(path: "datasets").path)
                if folders.count == 1 { return 1 }
                try await Task.sleep(for: .milliseconds(10))
            }
            return 0
        }
        #expect(folders == 1)
    }

    @Test func aFailedImportKeepsTheDataBefore() async throws {
        let service = try TestService()
        try await service.allowImports()
        try await service.whileJobsRun {
            let group = try await service.createGroup()
            let dataset = try await service.createDataset(in: group)
            try await service.put(TestService.csv)
            _ = try await service.importAndWait(into: dataset, named: "first")
            try await service.put("USER_ID,ITEM_ID,EVENT_TYPE\nu1,i1,watch\n")
            let job = try await service.importAndWait(into: dataset, named: "second")
            #expect(job?.status == "CREATE FAILED")
            #expect(job?.failureReason?.contains("TIMESTAMP") == true, "\(job?.failureReason ?? "")")
            #expect(try await service.controlPlane.bulkRowCount(ofDataset: dataset) == 400)
        }
    }
}
