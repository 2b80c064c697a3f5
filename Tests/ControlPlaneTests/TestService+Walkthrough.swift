import ControlPlane
import Identity
import Foundation
import NIOCore
import ObjectStorage
import PersonalizeAPI

extension TestService {
    static let schema = """
        {"type": "record", "name": "Interactions", "namespace": "com.amazonaws.personalize.schema", "fields": [
        {"name": "USER_ID", "type": "string"}, {"name": "ITEM_ID", "type": "string"},
        {"name": "EVENT_TYPE", "type": "string"}, {"name": "TIMESTAMP", "type": "long"}], "version": "1.0"}
        """
    static let role = "arn:aws:iam::123456789012:role/Importer"
    static let bucket = "ratings-personalize"

    /// A small interactions file: each user takes five neighbouring items, twice.
    static let csv: String = {
        var lines = ["USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE"]
        for user in 0..<40 {
            for step in 0..<10 { lines.append("u\(user),i\((user + step % 5) % 30),\(1_600_000_000 + step),watch") }
        }
        return lines.joined(separator: "\n") + "\n"
    }()

    func createGroup(_ name: String = "films") async throws -> String {
        let arn = try await controlPlane.createDatasetGroup(.init(name: name)).datasetGroupArn ?? ""
        let controlPlane = controlPlane
        _ = try await settled {
            try await controlPlane.describeDatasetGroup(.init(datasetGroupArn: arn)).datasetGroup?.status
        }
        return arn
    }

    func createDataset(in group: String) async throws -> String {
        let schema =
            try await controlPlane.createSchema(.init(name: "interactions", schema: Self.schema)).schemaArn ?? ""
        return try await controlPlane.createDataset(
            .init(name: "interactions", schemaArn: schema, datasetGroupArn: group, datasetType: "Interactions")
        ).datasetArn ?? ""
    }

    /// A bucket and a role as the tutorial makes them.
    func allowImports() async throws {
        try await objects.createBucket(Self.bucket, region: "us-east-1")
        try await objects.setSetting(
            .policy,
            to:
                #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"personalize.amazonaws.com"},"#
                + #""Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::\#(Self.bucket)","#
                + #""arn:aws:s3:::\#(Self.bucket)/*"]}]}"#, ofBucket: Self.bucket)
        _ = try await identity.createRole(
            name: "Importer",
            trustPolicy: #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","#
                + #""Principal":{"Service":"personalize.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#)
        try await identity.attachPolicy("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", toRole: "Importer")
    }

    func put(_ text: String, key: String = "interactions.csv") async throws {
        let body = AsyncStream<ByteBuffer> { continuation in
            continuation.yield(ByteBuffer(string: text))
            continuation.finish()
        }
        try await objects.write(bucket: Self.bucket, key: key, contentType: "text/csv", body: body)
    }

    /// Starts an import and returns its ARN.
    func startImport(
        into dataset: String, named name: String = "first", location: String = "s3://\(bucket)/interactions.csv"
    ) async throws -> String {
        try await controlPlane.createDatasetImportJob(
            .init(
                jobName: name, datasetArn: dataset, dataSource: DataSource(dataLocation: location),
                roleArn: Self.role)
        ).datasetImportJobArn ?? ""
    }

    /// Imports and waits; returns the job as described.
    func importAndWait(
        into dataset: String, named name: String = "first", location: String = "s3://\(bucket)/interactions.csv"
    ) async throws -> DatasetImportJob? {
        let arn = try await startImport(into: dataset, named: name, location: location)
        let controlPlane = controlPlane
        let describe: @Sendable () async throws -> DatasetImportJob? = {
            try await controlPlane.describeDatasetImportJob(.init(datasetImportJobArn: arn)).datasetImportJob
        }
        _ = try await settled { try await describe()?.status }
        return try await describe()
    }

    func createSolution(in group: String, recipe: String = "aws-popularity-count") async throws -> String {
        try await controlPlane.createSolution(
            .init(name: "solution", recipeArn: "arn:aws:personalize:::recipe/\(recipe)", datasetGroupArn: group)
        ).solutionArn ?? ""
    }

    /// Trains and waits; returns the version as described.
    func trainAndWait(_ solution: String) async throws -> SolutionVersion? {
        let arn = try await controlPlane.createSolutionVersion(.init(solutionArn: solution)).solutionVersionArn ?? ""
        let controlPlane = controlPlane
        let describe: @Sendable () async throws -> SolutionVersion? = {
            try await controlPlane.describeSolutionVersion(.init(solutionVersionArn: arn)).solutionVersion
        }
        _ = try await settled { try await describe()?.status }
        return try await describe()
    }
}
