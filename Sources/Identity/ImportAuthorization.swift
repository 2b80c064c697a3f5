/// Why the service may not use a bucket. Its description is what goes into a job's `failureReason`.
package struct AccessRefusal: Error, Equatable, CustomStringConvertible {
    package enum Cause: Sendable, Equatable {
        case noSuchRole
        case roleDoesNotTrustService
        case roleLacksPermission(action: String)
        case bucketPolicyLacksPermission(action: String)
        case malformedBucketPolicy
    }

    package let cause: Cause
    package let description: String
}

extension IdentityStore {
    package static let servicePrincipal = "personalize.amazonaws.com"
    private static let guide = "https://docs.aws.amazon.com/personalize/latest/dg/granting-personalize-s3-access.html"

    /// Decides whether an import may read `keys` of a bucket.
    ///
    /// What "Giving Amazon Personalize access to Amazon S3 resources" asks for, all of it:
    /// 1. the role exists and its trust policy lets `personalize.amazonaws.com` call `sts:AssumeRole`;
    /// 2. the role's policies allow `s3:GetObject` on every key and `s3:ListBucket` on the bucket;
    /// 3. the bucket's policy allows the service principal the same two actions.
    ///
    /// A denial in either kind of policy refuses.
    ///
    /// - Parameters:
    ///   - keys: the objects to be read; for a whole prefix, the prefix followed by `*` stands for its objects.
    ///   - bucketPolicy: the bucket's policy document, nil if it has none.
    package func authorizeImport(
        roleARN: String, bucket: String, keys: [String], bucketPolicy: String?, sourceARN: String? = nil
    ) async throws {
        try await authorize(
            roleARN: roleARN, bucket: bucket, keys: keys, objectActions: ["s3:GetObject"], bucketPolicy: bucketPolicy,
            sourceARN: sourceARN)
    }

    /// Decides whether an export or a batch job may write under `keys` of a bucket: as for an import, with
    /// `s3:PutObject` in place of `s3:GetObject` ("Service role policy for batch workflows").
    package func authorizeWrite(
        roleARN: String, bucket: String, keys: [String], bucketPolicy: String?, sourceARN: String? = nil
    ) async throws {
        try await authorize(
            roleARN: roleARN, bucket: bucket, keys: keys, objectActions: ["s3:PutObject"], bucketPolicy: bucketPolicy,
            sourceARN: sourceARN)
    }

    private func authorize(
        roleARN: String, bucket: String, keys: [String], objectActions: [String], bucketPolicy: String?,
        sourceARN: String?
    ) async throws {
        let role = try await assumableRole(roleARN, sourceARN: sourceARN)
        let permissions = try await permissions(ofRole: role.name)
        let bucketARN = "arn:aws:s3:::\(bucket)"
        var questions = [(action: "s3:ListBucket", resource: bucketARN)]
        for action in objectActions {
            questions += keys.map { (action, "\(bucketARN)/\($0)") }
        }
        let context = context(sourceARN)
        for question in questions {
            let asked = AccessQuestion(
                principal: .holder, action: question.action, resource: question.resource, context: context)
            guard PolicyDecision.combined(permissions.map { $0.decide(asked) }) == .allowed else {
                throw AccessRefusal(
                    cause: .roleLacksPermission(action: question.action),
                    description: "Insufficient privileges for accessing data in S3. The role \(roleARN) does not allow "
                        + "\(question.action) on \(question.resource). Please look at \(Self.guide)"
                        + "#attaching-s3-policy-to-role and fix the role's policies.")
            }
        }
        let policy = try bucketPolicyDocument(bucketPolicy, bucket: bucket)
        for question in questions {
            let decisions = [
                policy.decide(.init(principal: .service(Self.servicePrincipal), question, context)),
                // A bucket policy may also refuse the role itself.
                policy.decide(.init(principal: .role(arn: role.arn), question, context)) == .denied
                    ? .denied : .notMentioned,
            ]
            guard PolicyDecision.combined(decisions) == .allowed else {
                throw bucketRefusal(bucket, .bucketPolicyLacksPermission(action: question.action))
            }
        }
    }

    /// The role behind an ARN, if the service may assume it.
    package func assumableRole(_ arn: String, sourceARN: String? = nil) async throws -> IdentityRole {
        let name = arn.split(separator: "/").last.map(String.init) ?? arn
        let found: IdentityRole?
        do {
            found = try await role(named: name)
        } catch IdentityError.noSuchRole {
            found = nil
        }
        guard let role = found, role.arn == arn else {
            throw AccessRefusal(cause: .noSuchRole, description: "The role \(arn) does not exist.")
        }
        let trust = try PolicyDocument(parsing: role.trustPolicy)
        let question = AccessQuestion(
            principal: .service(Self.servicePrincipal), action: "sts:AssumeRole", resource: arn,
            context: context(sourceARN))
        guard trust.decide(question) == .allowed else {
            throw AccessRefusal(
                cause: .roleDoesNotTrustService,
                description:
                    "Amazon Personalize is not authorized to assume the role \(arn). Its trust policy must let "
                    + "the service principal \(Self.servicePrincipal) call sts:AssumeRole.")
        }
        return role
    }

    private func bucketPolicyDocument(_ text: String?, bucket: String) throws -> PolicyDocument {
        guard let text else { return PolicyDocument(statements: []) }
        do {
            return try PolicyDocument(parsing: text)
        } catch {
            throw bucketRefusal(bucket, .malformedBucketPolicy)
        }
    }

    private func bucketRefusal(_ bucket: String, _ cause: AccessRefusal.Cause) -> AccessRefusal {
        AccessRefusal(
            cause: cause,
            description: "Insufficient privileges for accessing data in S3. Please look at \(Self.guide)"
                + "#attach-bucket-policy and fix bucket policy on \(bucket).")
    }

    private func context(_ sourceARN: String?) -> [String: String] {
        var context = ["aws:SourceAccount": account, "aws:SecureTransport": "true"]
        context["aws:SourceArn"] = sourceARN
        return context
    }
}

extension AccessQuestion {
    fileprivate init(
        principal: Principal, _ question: (action: String, resource: String), _ context: [String: String]
    ) {
        self.init(principal: principal, action: question.action, resource: question.resource, context: context)
    }
}
