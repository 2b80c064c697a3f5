import Foundation
import Identity
import NIOCore
import ObjectStorage
import PersonalizeAPI
import Synchronization

/// One input object of a batch job and the output object that answers it.
struct BatchObject: Sendable {
    let key: String
    /// In bytes.
    let size: Int64
    let outputKey: String
}

extension ControlPlane {
    /// What a batch job reads and writes.
    ///
    /// The object of exactly the input path if there is one, otherwise every object whose key begins with it (developer
    /// guide, "Creating a batch inference job"). The output of `NAME` is `NAME.out` under the output path.
    ///
    /// - Throws: ``JobFailure`` when something is missing, empty, not permitted or too much.
    func batchObjects(of job: some BatchJobResource) async throws -> [BatchObject] {
        let source = try S3Location(parsing: job.input.path)
        let destination = try S3Location(parsing: job.output.path)
        let inputs = try await batchInputs(at: source, role: job.roleArn, for: job.arn).filter { $0.size > 0 }
        guard !inputs.isEmpty else { throw JobFailure(reason: "The input \(source) is empty.") }
        guard inputs.count <= settings.quotas.batchInputFiles else {
            throw JobFailure(
                reason: "The input \(source) has \(inputs.count) files; it can have at most "
                    + "\(settings.quotas.batchInputFiles).")
        }
        let size = inputs.reduce(into: 0.0) { $0 += Double($1.size) }
        guard size <= Double(settings.quotas.batchInputBytes) else {
            throw JobFailure(
                reason: "The input \(source) has \(Int64(size)) bytes; it can have at most "
                    + "\(settings.quotas.batchInputBytes).")
        }
        let folder = destination.isPrefix ? destination.key : destination.key + "/"
        let start = source.key.lastIndex(of: "/").map { source.key[...$0].utf8.count } ?? 0
        let objects = inputs.map { input in
            BatchObject(
                key: input.key, size: input.size,
                outputKey: folder + String(decoding: input.key.utf8.dropFirst(start), as: UTF8.self) + ".out")
        }
        if source.bucket == destination.bucket {
            let inputKeys = Set(objects.map(\.key))
            if let both = objects.first(where: { inputKeys.contains($0.outputKey) }) {
                throw JobFailure(
                    reason: "The output \(both.outputKey) would replace an input; choose another output location.")
            }
        }
        for object in objects {
            try await checkMayWrite(
                bucket: destination.bucket, key: object.outputKey, role: job.roleArn, for: job.arn)
        }
        return objects
    }

    private func batchInputs(at location: S3Location, role: String, for jobArn: String) async throws -> [ObjectSummary]
    {
        do {
            if !location.isPrefix {
                do {
                    _ = try await objects.head(bucket: location.bucket, key: location.key)
                    return try await readableObjects(at: location, role: role, for: jobArn)
                } catch ObjectStorageError.noSuchKey {}
            }
            if let access {
                try await access.authorizeImport(
                    roleARN: role, bucket: location.bucket, keys: [location.key + "*"],
                    bucketPolicy: try await objects.policy(ofBucket: location.bucket), sourceARN: jobArn)
            }
            var found: [ObjectSummary] = []
            var token: String?
            repeat {
                let page = try await objects.list(
                    bucket: location.bucket, prefix: location.key, after: token, limit: 1000)
                found += page.objects
                token = page.nextToken
            } while token != nil
            guard !found.isEmpty else { throw ObjectStorageError.noSuchKey(location.key) }
            return found
        } catch let refusal as AccessRefusal {
            throw JobFailure(reason: refusal.description)
        } catch let error as ObjectStorageError {
            throw JobFailure(reason: "The input location \(location) cannot be read: \(error)")
        }
    }

    /// Writes one output object, which appears whole or not at all.
    ///
    /// - Parameters:
    ///   - groupSize: Lines of the input that `answer` is given at once.
    ///   - answer: The records of some lines, of which it is told the number of the first from 0.
    /// - Returns: The number of lines.
    func answerBatchObject(
        _ object: BatchObject, of job: some BatchJobResource, groupSize: Int, progress: BatchProgress,
        _ answer: @escaping @Sendable (_ lines: [InputLine], _ first: Int) async throws -> ByteBuffer
    ) async throws -> Int {
        let source = try S3Location(parsing: job.input.path).bucket
        let bucket = try S3Location(parsing: job.output.path).bucket
        let key = object.outputKey
        let count = Mutex(0)
        let body = BatchOutput(input: try await objects.read(bucket: source, key: object.key, range: nil)) { lines in
            try Task.checkCancellation()
            let group = try await lines.next(groupSize)
            progress.set(bytesRead: lines.bytesRead, of: object)
            guard !group.isEmpty else { return nil }
            let first = count.withLock { count in
                defer { count += group.count }
                return count
            }
            return try await answer(group, first)
        }
        do {
            try await objects.write(bucket: bucket, key: key, contentType: "application/json", body: body)
            progress.finish(object)
            return count.withLock { $0 }
        } catch let error as ObjectStorageError {
            throw JobFailure(reason: "The output location s3://\(bucket)/\(key) cannot be written: \(error)")
        }
    }
}

/// The records of an output object, made as they are read.
private struct BatchOutput: AsyncSequence, Sendable {
    let input: ObjectBody
    /// The next records; nil at the end.
    let next: @Sendable (inout InputLines) async throws -> ByteBuffer?

    func makeAsyncIterator() -> Iterator { Iterator(lines: InputLines(input), produce: next) }

    struct Iterator: AsyncIteratorProtocol {
        var lines: InputLines
        let produce: @Sendable (inout InputLines) async throws -> ByteBuffer?

        mutating func next() async throws -> ByteBuffer? { try await produce(&lines) }
    }
}
