import Identity
import ObjectStorage

extension ControlPlane {
    /// What a job may and shall read.
    ///
    /// - Throws: ``JobFailure`` with the reason as the managed service gives it.
    func readableObjects(
        at location: S3Location, role: String?, for jobArn: String
    ) async throws -> [ObjectSummary] {
        do {
            if let access {
                guard let role else {
                    throw JobFailure(reason: "roleArn is missing: name a role that may read the data location.")
                }
                let policy = try await objects.policy(ofBucket: location.bucket)
                let key = location.isPrefix ? location.key + "*" : location.key
                try await access.authorizeImport(
                    roleARN: role, bucket: location.bucket, keys: [key], bucketPolicy: policy, sourceARN: jobArn)
            }
            return try await objects.objects(at: location)
        } catch let refusal as AccessRefusal {
            throw JobFailure(reason: refusal.description)
        } catch let error as ObjectStorageError {
            throw JobFailure(reason: "The data location \(location) cannot be read: \(error)")
        }
    }

    /// Checks that a job may write an object.
    ///
    /// - Throws: ``JobFailure`` with the reason as the managed service gives it.
    func checkMayWrite(bucket: String, key: String, role: String, for jobArn: String) async throws {
        do {
            let policy = try await objects.policy(ofBucket: bucket)
            try await access?.authorizeWrite(
                roleARN: role, bucket: bucket, keys: [key], bucketPolicy: policy, sourceARN: jobArn)
        } catch let refusal as AccessRefusal {
            throw JobFailure(reason: refusal.description)
        } catch let error as ObjectStorageError {
            throw JobFailure(reason: "The output location s3://\(bucket)/\(key) cannot be written: \(error)")
        }
    }
}
