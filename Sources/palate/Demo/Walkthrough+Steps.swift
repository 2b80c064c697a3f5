import Foundation
import PersonalizeAPI

extension Walkthrough {
    /// Runs one step and prints its calls, what came of them and how long they took.
    @discardableResult
    func step(_ calls: String, _ run: () async throws -> String) async throws -> String {
        let began = ContinuousClock.now
        let result = try await run()
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        let time = String(format: "%6.2f s", seconds)
        print("  \(time)  \(calls)")
        print("            \(result)")
        return result
    }

    /// Polls until a resource is ACTIVE.
    ///
    /// - Parameter arn: Shows the progress of this resource's job.
    /// - Throws: ``CommandFailure`` when its creation failed.
    func wait(showing arn: String? = nil, status: () async throws -> (status: String?, reason: String?)) async throws {
        let bar = ProgressBar()
        defer { bar.finish() }
        while true {
            let (status, reason) = try await status()
            if status == "ACTIVE" { return }
            if status == "CREATE FAILED" { throw CommandFailure("CREATE FAILED: \(reason ?? "no reason given")") }
            if let arn, let report = progress(arn) { bar.show(report.fraction, report.stage) }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    func waitUntilGone(_ status: () async throws -> (status: String?, reason: String?)) async throws {
        do {
            while true {
                _ = try await status()
                try await Task.sleep(for: .milliseconds(20))
            }
        } catch let failure as ServiceFailure where failure.isNotFound {
            return
        }
    }

    static let schema = """
        {"type": "record", "name": "Interactions", "namespace": "com.amazonaws.personalize.schema", "fields": [
        {"name": "USER_ID", "type": "string"}, {"name": "ITEM_ID", "type": "string"},
        {"name": "EVENT_TYPE", "type": "string"}, {"name": "TIMESTAMP", "type": "long"}], "version": "1.0"}
        """

    static let bucketPolicy = """
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"Service": "personalize.amazonaws.com"}, "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": ["arn:aws:s3:::\(bucket)", "arn:aws:s3:::\(bucket)/*"]}]}
        """

    static let trustPolicy = """
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
        """
}

extension WalkthroughClient {
    typealias State = (status: String?, reason: String?)

    func status(ofDatasetGroup arn: String) async throws -> State {
        let group = try await call(DescribeDatasetGroup.self, .init(datasetGroupArn: arn)).datasetGroup
        return (group?.status, group?.failureReason)
    }

    func status(ofDataset arn: String) async throws -> State {
        (try await call(DescribeDataset.self, .init(datasetArn: arn)).dataset?.status, nil)
    }

    func status(ofImportJob arn: String) async throws -> State {
        let job = try await call(DescribeDatasetImportJob.self, .init(datasetImportJobArn: arn)).datasetImportJob
        return (job?.status, job?.failureReason)
    }

    func status(ofSolution arn: String) async throws -> State {
        (try await call(DescribeSolution.self, .init(solutionArn: arn)).solution?.status, nil)
    }

    func status(ofSolutionVersion arn: String) async throws -> State {
        let version = try await call(DescribeSolutionVersion.self, .init(solutionVersionArn: arn)).solutionVersion
        return (version?.status, version?.failureReason)
    }

    func status(ofCampaign arn: String) async throws -> State {
        let campaign = try await call(DescribeCampaign.self, .init(campaignArn: arn)).campaign
        return (campaign?.status, campaign?.failureReason)
    }
}
