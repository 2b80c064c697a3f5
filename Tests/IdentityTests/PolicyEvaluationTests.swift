import Identity
import Testing

@Suite struct PolicyEvaluationTests {
    private func decide(
        _ statement: String, principal: AccessQuestion.Principal = .service("personalize.amazonaws.com"),
        action: String = "s3:GetObject", resource: String = "arn:aws:s3:::b/k", context: [String: String] = [:]
    ) throws -> PolicyDecision {
        try PolicyDocument(parsing: #"{"Version":"2012-10-17","Statement":[\#(statement)]}"#)
            .decide(AccessQuestion(principal: principal, action: action, resource: resource, context: context))
    }

    private static let service = #""Principal":{"Service":"personalize.amazonaws.com"}"#

    @Test(arguments: [
        (#""Principal":"*""#, true),
        (#""Principal":{"AWS":"*"}"#, true),
        (#""Principal":{"Service":["x.amazonaws.com","personalize.amazonaws.com"]}"#, true),
        (#""Principal":{"Service":"lambda.amazonaws.com"}"#, false),
        (#""Principal":{"AWS":"arn:aws:iam::123456789012:root"}"#, false),
        (#""NotPrincipal":{"Service":"lambda.amazonaws.com"}"#, true),
    ])
    func `A statement speaks of the principals it names`(principal: String, allowed: Bool) throws {
        let decision = try decide(#"{"Effect":"Allow",\#(principal),"Action":"s3:*","Resource":"*"}"#)
        #expect((decision == .allowed) == allowed)
    }

    @Test(arguments: [
        (#""Action":"s3:GetObject""#, true), (#""Action":"S3:getobject""#, true),
        (#""Action":["s3:Put*","s3:Get*"]"#, true),
        (#""Action":"*""#, true), (#""Action":"s3:Get?bject""#, true), (#""Action":"s3:GetObjectAcl""#, false),
        (#""NotAction":"s3:Put*""#, true), (#""NotAction":"s3:*""#, false), (#""Action":"s3:*Object""#, true),
    ])
    func `A statement speaks of the actions its patterns match`(action: String, allowed: Bool) throws {
        let decision = try decide(#"{"Effect":"Allow",\#(Self.service),\#(action),"Resource":"*"}"#)
        #expect((decision == .allowed) == allowed)
    }

    @Test(arguments: [
        (#""Resource":"arn:aws:s3:::b/*""#, true), (#""Resource":"arn:aws:s3:::b""#, false),
        (#""Resource":["arn:aws:s3:::b","arn:aws:s3:::*/k"]"#, true), (#""Resource":"arn:aws:s3:::B/*""#, false),
        (#""NotResource":"arn:aws:s3:::other/*""#, true),
    ])
    func `A statement speaks of the resources its patterns match`(resource: String, allowed: Bool) throws {
        let decision = try decide(#"{"Effect":"Allow",\#(Self.service),"Action":"s3:*",\#(resource)}"#)
        #expect((decision == .allowed) == allowed)
    }

    @Test(arguments: [
        (#"{"StringEquals":{"aws:SourceAccount":"123456789012"}}"#, true),
        (#"{"StringEquals":{"AWS:sourceaccount":["1","123456789012"]}}"#, true),
        (#"{"StringEquals":{"aws:SourceAccount":"999999999999"}}"#, false),
        (#"{"ArnLike":{"aws:SourceArn":"arn:aws:personalize:*:123456789012:*"}}"#, true),
        (#"{"StringLike":{"aws:SourceArn":"arn:aws:personalize:eu-*"}}"#, false),
        (#"{"StringNotEquals":{"aws:SourceAccount":"999999999999"}}"#, true),
        (#"{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}"#, false),
        (#"{"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-1"}}"#, true),
        (#"{"Bool":{"aws:SecureTransport":true}}"#, true),
        (#"{"Null":{"aws:PrincipalOrgID":"true"}}"#, true),
        (#"{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#, false),
        (#"{"StringEquals":{"aws:SourceAccount":"123456789012"},"NewOperator":{"a":"b"}}"#, false),
    ])
    func `A statement allows only when all its conditions are known and hold`(condition: String, allowed: Bool) throws {
        let decision = try decide(
            #"{"Effect":"Allow",\#(Self.service),"Action":"s3:*","Resource":"*","Condition":\#(condition)}"#,
            context: [
                "aws:SourceAccount": "123456789012", "aws:SecureTransport": "true",
                "aws:SourceArn": "arn:aws:personalize:us-east-1:123456789012:dataset-import-job/a",
            ])
        #expect((decision == .allowed) == allowed)
    }

    @Test func `A denial outweighs any number of permissions`() throws {
        let allow = #"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#
        let deny = #"{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/k"}"#
        #expect(try decide("\(allow),\(deny),\(allow)") == .denied)
    }

    @Test func `What no statement mentions is not allowed`() throws {
        let statement = #"{"Effect":"Allow",\#(Self.service),"Action":"s3:PutObject","Resource":"*"}"#
        #expect(try decide(statement) == .notMentioned)
    }

    @Test(arguments: [
        "", "[]", "null", "{}", #"{"Statement":[]}"#, #"{"Version":"2020-01-01","Statement":[{}]}"#,
        #"{"Statement":[{"Effect":"Maybe","Action":"*"}]}"#, #"{"Statement":[{"Effect":"Allow"}]}"#,
        #"{"Statement":[{"Effect":"Allow","Action":"*","NotAction":"*"}]}"#,
        #"{"Statement":[{"Effect":"Allow","Action":[1]}]}"#,
        #"{"Statement":[{"Effect":"Allow","Action":"*","Principal":{"Robot":"x"}}]}"#,
        #"{"Statement":[{"Effect":"Allow","Action":"*","Principal":"me"}]}"#,
        #"{"Statement":[{"Effect":"Allow","Action":"*","Unknown":1}]}"#,
        #"{"Statement":["Allow"]}"#,
    ])
    func `A malformed policy is refused`(text: String) {
        #expect(throws: PolicySyntaxError.self) { try PolicyDocument(parsing: text) }
    }

    @Test func `Wildcards take bounded time`() throws {
        let pattern = String(repeating: "*a", count: 200) + "b"
        let resource = String(repeating: "a", count: 4000)
        let statement = #"{"Effect":"Allow",\#(Self.service),"Action":"*","Resource":"\#(pattern)"}"#
        #expect(try decide(statement, resource: resource) == .notMentioned)
    }
}
