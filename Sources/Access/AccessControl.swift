package import Foundation
package import ObjectStorage

/// Decides who may come in: verifies signatures against the keys, and holds operations against the keys' roles.
package struct AccessControl: Sendable {
    /// How far a request's own time may be from the server's ("Troubleshooting Signature Version 4").
    package static let largestSkew: TimeInterval = 15 * 60

    private let keys: KeyStore
    private let account: String
    private let region: String
    private let acceptsAnyKeyWhenNoneExists: Bool
    private let sawKeys: OnceTrue
    private let now: @Sendable () -> Date

    /// - Parameters:
    ///   - region: the one that requests to Personalize must be signed for. Buckets have regions of their own, and IAM
    ///     and STS are global: theirs is not prescribed.
    ///   - acceptsAnyKeyWhenNoneExists: ends for good once a key has been seen, so that deleting the last key does not
    ///     open a running server.
    package init(
        keys: KeyStore, account: String, region: String, acceptsAnyKeyWhenNoneExists: Bool,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.keys = keys
        self.account = account
        self.region = region
        self.acceptsAnyKeyWhenNoneExists = acceptsAnyKeyWhenNoneExists
        sawKeys = OnceTrue()
        self.now = now
    }

    /// Whether requests come in without a look at their signatures.
    package func acceptsAnyKey() throws(AccessFailure) -> Bool {
        let isEmpty = try snapshot().isEmpty
        if !isEmpty { sawKeys.set() }
        return isEmpty && acceptsAnyKeyWhenNoneExists && !sawKeys.isSet
    }

    /// A request whose signature is right.
    package struct Verified: Sendable {
        package let grant: AccessGrant
        /// For a body whose chunks are signed.
        package let chunkSignatures: ChunkSignatures?
    }

    /// - Parameter payloadHash: of the body, in lower-case hexadecimal; called once the rest is known to be in order.
    ///   Not called for S3, whose bodies are checked against the signed hash as they stream by.
    /// - Throws: ``AccessFailure`` and what `payloadHash` throws.
    package func verify(
        _ request: SignedRequest, for service: KeyRole.Service, payloadHash: () async throws -> String
    ) async throws -> Verified {
        let presentation = try presentation(request, service)
        let hash = service == .s3 ? try contentHash(presentation.signature, request) : try await payloadHash()
        return try verify(presentation, request, for: service, hash: hash)
    }

    /// The same where the body is there already.
    ///
    /// - Throws: ``AccessFailure``
    package func verify(
        _ request: SignedRequest, for service: KeyRole.Service, payloadHash: String
    ) throws -> Verified {
        try verify(try presentation(request, service), request, for: service, hash: payloadHash)
    }

    private struct Presentation {
        let signature: PresentedSignature
        let secret: String
        let grant: AccessGrant
    }

    /// Everything but the signature itself.
    private func presentation(_ request: SignedRequest, _ service: KeyRole.Service) throws -> Presentation {
        let presented = try PresentedSignature(request)
        let (secret, grant) = try credentials(presented)
        try checkScope(presented, service)
        try checkTime(presented)
        try checkHeaders(presented, request)
        return Presentation(signature: presented, secret: secret, grant: grant)
    }

    private func verify(
        _ presentation: Presentation, _ request: SignedRequest, for service: KeyRole.Service, hash: String
    ) throws -> Verified {
        let (presented, secret, grant) = (presentation.signature, presentation.secret, presentation.grant)
        let key = SigningKey(secret: secret, scope: presented.scope)
        guard let canonical = canonicalRequest(presented, request, service, hash),
            key.isSignature(
                presented.signature,
                of: canonical.stringToSign(timestamp: presented.timestamp, scope: presented.scope))
        else { throw AccessFailure.signatureMismatch }
        let chunks =
            [ChunkSignatures.payload, ChunkSignatures.payloadWithTrailer].contains(hash)
            ? ChunkSignatures(
                key: key, timestamp: presented.timestamp, scope: presented.scope, seed: presented.signature,
                signsTrailer: hash == ChunkSignatures.payloadWithTrailer) : nil
        return Verified(grant: grant, chunkSignatures: chunks)
    }

    /// - Throws: ``AccessFailure/denied(arn:action:)``
    package func authorize(
        _ grant: AccessGrant, operation: String, of service: KeyRole.Service
    ) throws(AccessFailure) {
        guard grant.key.role.allows(operation, of: service) else {
            throw .denied(arn: grant.arn, action: "\(service.signingName):\(operation)")
        }
    }

    private func snapshot() throws(AccessFailure) -> KeyStore.Snapshot {
        do {
            return try keys.current()
        } catch {
            throw .unavailable(error.description)
        }
    }

    private func credentials(
        _ presented: PresentedSignature
    ) throws(AccessFailure) -> (secret: String, grant: AccessGrant) {
        let snapshot = try snapshot()
        guard let text = presented.token, !text.isEmpty else {
            guard let entry = snapshot.entries[presented.keyID] else { throw .unknownKey(presented.keyID) }
            let arn = "arn:aws:iam::\(account):user/\(entry.key.name)"
            return (entry.secret, AccessGrant(key: entry.key, arn: arn, isTemporary: false))
        }
        guard let token = SessionToken(text, keys.masterKey) else { throw .invalidToken }
        guard token.accessKeyID == presented.keyID, let parent = token.parent.flatMap({ snapshot.entries[$0] })
        else { throw .unknownKey(presented.keyID) }
        guard now().timeIntervalSince1970 < token.expires else { throw .expiredToken }
        return (token.secret, AccessGrant(key: parent.key, arn: token.arn, isTemporary: true))
    }

    private func checkScope(
        _ presented: PresentedSignature, _ service: KeyRole.Service
    ) throws(AccessFailure) {
        let scope = presented.scope
        guard scope.day == presented.timestamp.prefix(8) else {
            throw .wrongScope(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
                    + "'\(scope.day)' != '\(presented.timestamp.prefix(8))'.")
        }
        guard scope.service == service.signingName else {
            throw .wrongScope("Credential should be scoped to correct service: '\(service.signingName)'.")
        }
        if service.signingName == "personalize", scope.region != region {
            throw .wrongScope("Credential should be scoped to a valid region, which is '\(region)'.")
        }
    }

    private func checkTime(_ presented: PresentedSignature) throws(AccessFailure) {
        let now = now()
        let age = now.timeIntervalSince(presented.date)
        if let lifetime = presented.lifetime {
            guard age <= Double(lifetime) else { throw .expired(signed: presented.date, lifetime: lifetime) }
        }
        guard age >= -Self.largestSkew, presented.lifetime != nil || age <= Self.largestSkew else {
            throw .skewed(requestTime: presented.date, serverTime: now)
        }
    }

    /// Whoever adds a header that changes what a request means must not get by.
    private func checkHeaders(
        _ presented: PresentedSignature, _ request: SignedRequest
    ) throws(AccessFailure) {
        let unsigned = request.headers.keys.filter {
            $0.hasPrefix("x-amz-") && $0 != "x-amz-content-sha256" && !presented.signedHeaders.contains($0)
        }
        guard unsigned.isEmpty else { throw .unsignedHeaders(unsigned.sorted()) }
    }

    private func contentHash(
        _ presented: PresentedSignature, _ request: SignedRequest
    ) throws(AccessFailure) -> String {
        guard let text = request.header("x-amz-content-sha256") else {
            guard presented.lifetime != nil else { throw .contentHash(nil) }
            return SignatureV4.unsignedPayload
        }
        let isHash = text.utf8.count == 64 && Hexadecimal.decode(text) != nil
        let words = [
            SignatureV4.unsignedPayload, "STREAMING-UNSIGNED-PAYLOAD-TRAILER", ChunkSignatures.payload,
            ChunkSignatures.payloadWithTrailer,
        ]
        guard isHash || words.contains(text) else { throw .contentHash(text) }
        return text
    }

    private func canonicalRequest(
        _ presented: PresentedSignature, _ request: SignedRequest, _ service: KeyRole.Service, _ hash: String
    ) -> CanonicalRequest? {
        let path =
            service == .s3 ? CanonicalRequest.objectPath(request.path) : CanonicalRequest.servicePath(request.path)
        guard let path, let query = request.query else { return nil }
        let signedQuery =
            presented.lifetime == nil ? query : query.filter { $0.0 != "X-Amz-Signature" }
        return CanonicalRequest(
            method: request.method, path: path, query: CanonicalRequest.query(signedQuery),
            headers: presented.signedHeaders.map { ($0, request.headers[$0] ?? []) }, payloadHash: hash)
    }
}
