import Foundation
import Identity
import Testing

@Suite struct ImportAuthorizationTests {
    private static let trust =
        #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"personalize.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#
    private static let bucketPolicy =
        #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"personalize.amazonaws.com"},"Action":["s3:*Object","s3:ListBucket"],"Resource":["arn:aws:s3:::data","arn:aws:s3:::data/*"]}]}"#
    private static let s3FullAccess = "arn:aws:iam::aws:policy/AmazonS3FullAccess"
    private static let personalizeFullAccess = "arn:aws:iam::aws:policy/service-role/AmazonPersonalizeFullAccess"

    private func withRole(
        trust: String = trust, attached: [String] = [s3FullAccess], inline: String? = nil,
        _ work: (IdentityStore, String) async throws -> Void
    ) async throws {
        let path = NSTemporaryDirectory() + "identity-\(UUID().uuidString).sqlite"
        defer { for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) } }
        let store = try IdentityStore(path: path)
        let role = try await store.createRole(name: "importer", trustPolicy: trust)
        for arn in attached { try await store.attachPolicy(arn, toRole: "importer") }
        if let inline { try await store.putInlinePolicy("inline", document: inline, ofRole: "importer") }
        try await work(store, role.arn)
    }

    private func refusal(_ work: () async throws -> Void) async -> AccessRefusal? {
        do {
            try await work()
            return nil
        } catch {
            return error as? AccessRefusal
        }
    }

    @Test func `A trusted role with permission and a bucket policy may import`() async throws {
        try await withRole { store, arn in
            try await store.authorizeImport(
                roleARN: arn, bucket: "data", keys: ["a.csv", "folder/*"], bucketPolicy: Self.bucketPolicy)
        }
    }

    @Test func `A missing role is refused`() async throws {
        try await withRole { store, arn in
            for unknown in [
                "arn:aws:iam::123456789012:role/none", "arn:aws:iam::999999999999:role/importer", "importer", "",
            ] {
                let refusal = await refusal {
                    try await store.authorizeImport(
                        roleARN: unknown, bucket: "data", keys: ["a"], bucketPolicy: Self.bucketPolicy)
                }
                #expect(refusal?.cause == .noSuchRole)
            }
        }
    }

    @Test func `A role that trusts another service is refused`() async throws {
        try await withRole(trust: Self.trust.replacingOccurrences(of: "personalize", with: "lambda")) { store, arn in
            let refusal = await refusal {
                try await store.authorizeImport(
                    roleARN: arn, bucket: "data", keys: ["a"], bucketPolicy: Self.bucketPolicy)
            }
            #expect(refusal?.cause == .roleDoesNotTrustService)
        }
    }

    @Test func `A bucket without a fitting policy is refused with the managed service's words`() async throws {
        try await withRole { store, arn in
            let policies = [
                nil, "not json", Self.bucketPolicy.replacingOccurrences(of: "personalize", with: "lambda"),
                Self.bucketPolicy.replacingOccurrences(of: ",\"s3:ListBucket\"", with: ""),
                Self.bucketPolicy.replacingOccurrences(of: ":::data/*", with: ":::data/other/*"),
            ]
            for policy in policies {
                let refusal = await refusal {
                    try await store.authorizeImport(roleARN: arn, bucket: "data", keys: ["a"], bucketPolicy: policy)
                }
                let text = refusal?.description ?? ""
                #expect(text.hasPrefix("Insufficient privileges for accessing data in S3."))
                #expect(text.hasSuffix("fix bucket policy on data."))
            }
        }
    }

    @Test func `A role without permission to read is refused`() async throws {
        try await withRole(attached: []) { store, arn in
            let refusal = await refusal {
                try await store.authorizeImport(
                    roleARN: arn, bucket: "data", keys: ["a"], bucketPolicy: Self.bucketPolicy)
            }
            #expect(refusal?.cause == .roleLacksPermission(action: "s3:ListBucket"))
        }
    }

    @Test func `The service's managed policy opens buckets that bear its name`() async throws {
        try await withRole(attached: [Self.personalizeFullAccess]) { store, arn in
            for bucket in ["my-personalize-data", "data"] {
                let policy = Self.bucketPolicy.replacingOccurrences(of: ":::data", with: ":::\(bucket)")
                let refusal = await refusal {
                    try await store.authorizeImport(roleARN: arn, bucket: bucket, keys: ["a"], bucketPolicy: policy)
                }
                #expect((refusal == nil) == (bucket == "my-personalize-data"))
            }
        }
    }

    @Test func `A denial in the role or the bucket refuses`() async throws {
        let denial = #"{"Statement":{"Effect":"Deny","Action":"s3:GetObject","Resource":"*/secret/*"}}"#
        try await withRole(inline: denial) { store, arn in
            try await store.authorizeImport(roleARN: arn, bucket: "data", keys: ["a"], bucketPolicy: Self.bucketPolicy)
            let byRole = await refusal {
                try await store.authorizeImport(
                    roleARN: arn, bucket: "data", keys: ["a", "secret/b"], bucketPolicy: Self.bucketPolicy)
            }
            #expect(byRole?.cause == .roleLacksPermission(action: "s3:GetObject"))
            let denying = Self.bucketPolicy.replacingOccurrences(
                of: #""Statement":["#,
                with: #""Statement":[{"Effect":"Deny","Principal":{"AWS":"\#(arn)"},"Action":"*","Resource":"*"},"#)
            let byBucket = await refusal {
                try await store.authorizeImport(roleARN: arn, bucket: "data", keys: ["a"], bucketPolicy: denying)
            }
            #expect(byBucket?.cause == .bucketPolicyLacksPermission(action: "s3:ListBucket"))
        }
    }

    @Test func `Writing needs the permission to put on both sides`() async throws {
        let readOnly = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
        try await withRole(attached: [readOnly]) { store, arn in
            try await store.authorizeImport(roleARN: arn, bucket: "data", keys: ["a"], bucketPolicy: Self.bucketPolicy)
            let refusal = await refusal {
                try await store.authorizeWrite(
                    roleARN: arn, bucket: "data", keys: ["out/*"], bucketPolicy: Self.bucketPolicy)
            }
            #expect(refusal?.cause == .roleLacksPermission(action: "s3:PutObject"))
        }
        try await withRole { store, arn in
            try await store.authorizeWrite(
                roleARN: arn, bucket: "data", keys: ["out/*"], bucketPolicy: Self.bucketPolicy)
        }
    }

    @Test func `Guards against the confused deputy are honoured`() async throws {
        let guarded = Self.trust.replacingOccurrences(
            of: #""Action":"sts:AssumeRole""#,
            with:
                #""Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"},"StringLike":{"aws:SourceArn":"arn:aws:personalize:*:123456789012:*"}}"#
        )
        try await withRole(trust: guarded) { store, arn in
            try await store.authorizeImport(
                roleARN: arn, bucket: "data", keys: ["a"], bucketPolicy: Self.bucketPolicy,
                sourceARN: "arn:aws:personalize:us-east-1:123456789012:dataset-import-job/a")
            let refusal = await refusal {
                try await store.authorizeImport(
                    roleARN: arn, bucket: "data", keys: ["a"], bucketPolicy: Self.bucketPolicy,
                    sourceARN: "arn:aws:personalize:us-east-1:999999999999:dataset-import-job/a")
            }
            #expect(refusal?.cause == .roleDoesNotTrustService)
        }
    }

    @Test func `A changed default version changes what the role may do`() async throws {
        try await withRole(attached: []) { store, arn in
            let narrow = #"{"Statement":{"Effect":"Allow","Action":"s3:Put*","Resource":"*"}}"#
            let wide = #"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#
            let policy = try await store.createPolicy(name: "own", document: narrow)
            try await store.attachPolicy(policy.arn, toRole: "importer")
            let before = await refusal {
                try await store.authorizeImport(
                    roleARN: arn, bucket: "data", keys: ["a"], bucketPolicy: Self.bucketPolicy)
            }
            #expect(before != nil)
            _ = try await store.addVersion(wide, toPolicy: policy.arn, asDefault: true)
            try await store.authorizeImport(roleARN: arn, bucket: "data", keys: ["a"], bucketPolicy: Self.bucketPolicy)
        }
    }

    @Test func `Identities outlive the store that wrote them`() async throws {
        let path = NSTemporaryDirectory() + "identity-\(UUID().uuidString).sqlite"
        defer { for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) } }
        let written = try await IdentityStore(path: path).createRole(
            name: "kept", path: "/x/", trustPolicy: Self.trust, tags: ["a": "b"])
        #expect(try await IdentityStore(path: path).role(named: "kept") == written)
    }
}
