import Datasets
import Foundation
import PersonalizeAPI

/// The managed service's tutorial, call by call, against a running server.
struct Walkthrough {
    let client: WalkthroughClient
    /// Fraction and stage of a running job, for the progress bar.
    let progress: (_ arn: String) -> (fraction: Double, stage: String)?
    var recipe = "aws-user-personalization"
    var hyperparameters: [String: String] = [:]
    var campaignConfig: CampaignConfig? = CampaignConfig(
        itemExplorationConfig: ["explorationWeight": "0.3", "explorationItemAgeCutOff": "30"])
    /// Takes the lines that tell how it goes.
    var print: (String) -> Void = { Terminal.line($0) }

    static let name = "palate-demo"
    static let role = "PalateDemoRole"
    static let bucket = "palate-demo-personalize"
    static let key = "interactions.csv"
    static let roleArn = "arn:aws:iam::123456789012:role/\(role)"
    static let readPolicy = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"

    /// What steps hand to later steps.
    struct Resources {
        var datasetGroupArn = ""
        var schemaArn = ""
        var datasetArn = ""
        var solutionArn = ""
        var solutionVersionArn = ""
        var campaignArn = ""
    }

    /// Imports `interactions`, trains and deploys.
    func create(from interactions: URL) async throws -> Resources {
        var resources = Resources()
        try await createDataset(&resources)
        try await upload(interactions)
        try await importInteractions(resources)
        try await train(&resources)
        try await deploy(&resources)
        return resources
    }

    private func createDataset(_ resources: inout Resources) async throws {
        resources.datasetGroupArn = try await step("CreateDatasetGroup") {
            let arn = try await client.call(CreateDatasetGroup.self, .init(name: Self.name)).datasetGroupArn ?? ""
            try await wait { try await client.status(ofDatasetGroup: arn) }
            return arn
        }
        resources.schemaArn = try await step("CreateSchema") {
            try await client.call(CreateSchema.self, .init(name: Self.name, schema: Self.schema)).schemaArn ?? ""
        }
        let (group, schema) = (resources.datasetGroupArn, resources.schemaArn)
        resources.datasetArn = try await step("CreateDataset") {
            let input = CreateDatasetRequest(
                name: Self.name, schemaArn: schema, datasetGroupArn: group, datasetType: "Interactions")
            return try await client.call(CreateDataset.self, input).datasetArn ?? ""
        }
    }

    private func upload(_ interactions: URL) async throws {
        try await step("CreateBucket, PutObject, PutBucketPolicy") {
            try await client.createBucket(Self.bucket)
            try await client.putObject(interactions, bucket: Self.bucket, key: Self.key)
            try await client.putBucketPolicy(Self.bucketPolicy, bucket: Self.bucket)
            return "s3://\(Self.bucket)/\(Self.key)"
        }
        try await step("CreateRole, AttachRolePolicy") {
            try await client.identity(
                "CreateRole", ["RoleName": Self.role, "AssumeRolePolicyDocument": Self.trustPolicy])
            try await client.identity(
                "AttachRolePolicy", ["RoleName": Self.role, "PolicyArn": Self.readPolicy])
            return Self.roleArn
        }
    }

    private func importInteractions(_ resources: Resources) async throws {
        try await step("CreateDatasetImportJob") {
            let input = CreateDatasetImportJobRequest(
                jobName: Self.name, datasetArn: resources.datasetArn,
                dataSource: DataSource(dataLocation: "s3://\(Self.bucket)/\(Self.key)"), roleArn: Self.roleArn)
            let arn = try await client.call(CreateDatasetImportJob.self, input).datasetImportJobArn ?? ""
            try await wait(showing: arn) { try await client.status(ofImportJob: arn) }
            return arn
        }
    }

    private func train(_ resources: inout Resources) async throws {
        let group = resources.datasetGroupArn
        let solution = try await step("CreateSolution") {
            let input = CreateSolutionRequest(
                name: Self.name, recipeArn: "arn:aws:personalize:::recipe/\(recipe)", datasetGroupArn: group,
                solutionConfig: hyperparameters.isEmpty
                    ? nil : SolutionConfig(algorithmHyperParameters: hyperparameters))
            return try await client.call(CreateSolution.self, input).solutionArn ?? ""
        }
        resources.solutionArn = solution
        resources.solutionVersionArn = try await step("CreateSolutionVersion") {
            let input = CreateSolutionVersionRequest(solutionArn: solution)
            let arn = try await client.call(CreateSolutionVersion.self, input).solutionVersionArn ?? ""
            try await wait(showing: arn) { try await client.status(ofSolutionVersion: arn) }
            return arn
        }
    }

    private func deploy(_ resources: inout Resources) async throws {
        let version = resources.solutionVersionArn
        resources.campaignArn = try await step("CreateCampaign") {
            let input = CreateCampaignRequest(
                name: Self.name, solutionVersionArn: version, minProvisionedTPS: 1,
                campaignConfig: campaignConfig)
            let arn = try await client.call(CreateCampaign.self, input).campaignArn ?? ""
            try await wait { try await client.status(ofCampaign: arn) }
            return arn
        }
    }

    func metrics(_ resources: Resources) async throws -> [String: Double] {
        let input = GetSolutionMetricsRequest(solutionVersionArn: resources.solutionVersionArn)
        return try await client.call(GetSolutionMetrics.self, input).metrics ?? [:]
    }

    func recommendations(for user: String, _ resources: Resources) async throws -> [PredictedItem] {
        let input = GetRecommendationsRequest(campaignArn: resources.campaignArn, userId: user)
        return try await client.call(GetRecommendations.self, input).itemList ?? []
    }

    /// Deletes everything in the reverse order of creation.
    func cleanUp(_ resources: Resources) async throws {
        try await step("DeleteCampaign") {
            _ = try await client.call(DeleteCampaign.self, .init(campaignArn: resources.campaignArn))
            try await waitUntilGone { try await client.status(ofCampaign: resources.campaignArn) }
            return resources.campaignArn
        }
        try await step("DeleteSolution") {
            _ = try await client.call(DeleteSolution.self, .init(solutionArn: resources.solutionArn))
            try await waitUntilGone { try await client.status(ofSolution: resources.solutionArn) }
            return resources.solutionArn
        }
        try await step("DeleteDataset") {
            _ = try await client.call(DeleteDataset.self, .init(datasetArn: resources.datasetArn))
            try await waitUntilGone { try await client.status(ofDataset: resources.datasetArn) }
            return resources.datasetArn
        }
        try await step("DeleteSchema") {
            _ = try await client.call(DeleteSchema.self, .init(schemaArn: resources.schemaArn))
            return resources.schemaArn
        }
        try await step("DeleteDatasetGroup") {
            _ = try await client.call(DeleteDatasetGroup.self, .init(datasetGroupArn: resources.datasetGroupArn))
            try await waitUntilGone { try await client.status(ofDatasetGroup: resources.datasetGroupArn) }
            return resources.datasetGroupArn
        }
        try await step("DetachRolePolicy, DeleteRole, DeleteObject, DeleteBucket") {
            try await client.identity(
                "DetachRolePolicy", ["RoleName": Self.role, "PolicyArn": Self.readPolicy])
            try await client.identity("DeleteRole", ["RoleName": Self.role])
            try await client.deleteObject(bucket: Self.bucket, key: Self.key)
            try await client.deleteBucket(Self.bucket)
            return "s3://\(Self.bucket)"
        }
    }
}
