import Foundation
import PersonalizeAPI
import Testing

@Suite struct ConstraintTests {
    private static let arn = "arn:aws:personalize:us-east-1:123456789012:solution/s"

    /// The error of a body that must be refused.
    private func refusal<Input: Decodable & Constrained>(_ type: Input.Type, _ body: String) -> PersonalizeError? {
        do {
            _ = try RequestDecoder.decode(type, from: Array(body.utf8))
            return nil
        } catch {
            return error
        }
    }

    private func expect<Input: Decodable & Constrained>(
        _ type: Input.Type, _ body: String, says message: String, _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(
            refusal(type, body) == .invalidInput(message), sourceLocation: location)
    }

    @Test func aRequestWithinItsConstraintsIsRead() throws {
        let body =
            #"{"name":"a-b_1","solutionVersionArn":"\#(Self.arn)","minProvisionedTPS":1,"campaignConfig":{"itemExplorationConfig":{"explorationWeight":"0.3"}},"unknown":[1]}"#
        let input = try RequestDecoder.decode(CreateCampaignRequest.self, from: Array(body.utf8))
        #expect(input.campaignConfig?.itemExplorationConfig == ["explorationWeight": "0.3"])
        #expect(input.tags == nil)
    }

    @Test func anEmptyBodyIsAnEmptyObject() throws {
        #expect(try RequestDecoder.decode(ListRecipesRequest.self, from: []) == ListRecipesRequest())
    }

    @Test func lengthsAreNamed() {
        expect(
            CreateDatasetGroupRequest.self, #"{"name":""}"#,
            says: "2 validation errors detected: Value '' at 'name' failed to satisfy constraint: "
                + "Member must have length greater than or equal to 1; Value '' at 'name' failed to satisfy constraint: "
                + "Member must satisfy regular expression pattern: ^[a-zA-Z0-9][a-zA-Z0-9\\-_]*")
        let long = String(repeating: "n", count: 64)
        expect(
            CreateDatasetGroupRequest.self, #"{"name":"\#(long)"}"#,
            says: "1 validation error detected: Value '\(long)' at 'name' failed to satisfy constraint: "
                + "Member must have length less than or equal to 63")
    }

    @Test func patternsCoverTheWholeString() {
        for name in ["-a", "a b", "a\\n", "é"] {
            #expect(refusal(CreateDatasetGroupRequest.self, #"{"name":"\#(name)"}"#)?.code == .invalidInputException)
        }
        expect(
            DescribeCampaignRequest.self, #"{"campaignArn":"nonsense"}"#,
            says: "1 validation error detected: Value 'nonsense' at 'campaignArn' failed to satisfy constraint: "
                + "Member must satisfy regular expression pattern: arn:([a-z\\d-]+):personalize:.*:.*:.+")
    }

    @Test func enumerationsListTheirValues() {
        expect(
            CreateDatasetGroupRequest.self, #"{"name":"a","domain":"SHOES"}"#,
            says: "1 validation error detected: Value 'SHOES' at 'domain' failed to satisfy constraint: "
                + "Member must satisfy enum value set: [ECOMMERCE, VIDEO_ON_DEMAND]")
    }

    @Test func rangesAreNamed() {
        expect(
            ListRecipesRequest.self, #"{"maxResults":0}"#,
            says: "1 validation error detected: Value '0' at 'maxResults' failed to satisfy constraint: "
                + "Member must have value greater than or equal to 1")
        expect(
            ListRecipesRequest.self, #"{"maxResults":101}"#,
            says: "1 validation error detected: Value '101' at 'maxResults' failed to satisfy constraint: "
                + "Member must have value less than or equal to 100")
        expect(
            GetRecommendationsRequest.self, #"{"numResults":2147483648}"#,
            says: "1 validation error detected: Value '2147483648' at 'numResults' failed to satisfy constraint: "
                + "Member must have value less than or equal to 2147483647")
    }

    @Test func numbersThatTheirMembersCannotHoldAreNamed() {
        for number in ["1.5", "1e300", "99999999999999999999"] {
            expect(
                GetRecommendationsRequest.self, #"{"numResults":\#(number)}"#,
                says: "1 validation error detected: Value at 'numResults' failed to satisfy constraint: "
                    + "Member must be an integer")
        }
        expect(
            PutEventsRequest.self,
            #"{"trackingId":"t","sessionId":"s","eventList":[{"eventType":"e","sentAt":1,"eventValue":1e999}]}"#,
            says: "1 validation error detected: Value at 'eventList.1.member.eventValue' failed to satisfy constraint: "
                + "Member must be a number")
    }

    @Test func nestedMembersAreNamedByTheirPath() {
        expect(
            CreateSolutionRequest.self,
            #"{"name":"a","datasetGroupArn":"\#(Self.arn)","solutionConfig":{"eventsConfig":{"eventParametersList":[{"weight":1},{"weight":1.5}]}}}"#,
            says: "1 validation error detected: Value '1.5' at "
                + "'solutionConfig.eventsConfig.eventParametersList.2.member.weight' failed to satisfy constraint: "
                + "Member must have value less than or equal to 1")
        expect(
            CreateCampaignRequest.self,
            #"{"name":"a","solutionVersionArn":"\#(Self.arn)","campaignConfig":{"rankingInfluence":{"FRESHNESS":2,"LUCK":1}}}"#,
            says: "2 validation errors detected: Value '2.0' at 'campaignConfig.rankingInfluence.FRESHNESS.member' "
                + "failed to satisfy constraint: Member must have value less than or equal to 1; "
                + "Value '{LUCK}' at 'campaignConfig.rankingInfluence' failed to satisfy constraint: "
                + "Map keys must satisfy constraint: [Member must satisfy enum value set: [POPULARITY, FRESHNESS]]")
    }

    @Test func sizesOfListsAndMapsAreNamed() {
        expect(
            PutEventsRequest.self, #"{"trackingId":"t","sessionId":"s","eventList":[]}"#,
            says: "1 validation error detected: Value '[]' at 'eventList' failed to satisfy constraint: "
                + "Member must have length greater than or equal to 1")
        let event = #"{"eventType":"e","sentAt":1}"#
        expect(
            PutEventsRequest.self,
            #"{"trackingId":"t","sessionId":"s","eventList":[\#(Array(repeating: event, count: 11).joined(separator: ","))]}"#,
            says: "1 validation error detected: Value '[11 elements]' at 'eventList' failed to satisfy constraint: "
                + "Member must have length less than or equal to 10")
        expect(
            GetRecommendationsRequest.self, #"{"metadataColumns":{"ITEMS":[],"USERS":[]}}"#,
            says:
                "1 validation error detected: Value '[2 elements]' at 'metadataColumns' failed to satisfy constraint: "
                + "Member must have length less than or equal to 1")
    }

    @Test func sensitiveValuesAreNotRepeated() {
        expect(
            PutEventsRequest.self,
            #"{"trackingId":"t","userId":"","sessionId":"s","eventList":[{"eventType":"e","sentAt":1}]}"#,
            says: "1 validation error detected: Value at 'userId' failed to satisfy constraint: "
                + "Member must have length greater than or equal to 1")
    }

    @Test func missingAndMistypedMembersAreNamed() {
        expect(
            CreateCampaignRequest.self, #"{"name":"a"}"#,
            says: "1 validation error detected: Value null at 'solutionVersionArn' failed to satisfy constraint: "
                + "Member must not be null")
        expect(
            CreateCampaignRequest.self, #"{"name":null,"solutionVersionArn":"\#(Self.arn)"}"#,
            says:
                "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null"
        )
        expect(
            PutEventsRequest.self, #"{"trackingId":"t","sessionId":"s","eventList":[{"sentAt":1}]}"#,
            says:
                "1 validation error detected: Value null at 'eventList.1.member.eventType' failed to satisfy constraint: "
                + "Member must not be null")
        expect(
            CreateCampaignRequest.self, #"{"name":1,"solutionVersionArn":"\#(Self.arn)"}"#,
            says: "1 validation error detected: Value at 'name' failed to satisfy constraint: Member must be a string")
        expect(
            GetRecommendationsRequest.self, #"{"numResults":"ten"}"#,
            says:
                "1 validation error detected: Value at 'numResults' failed to satisfy constraint: Member must be an integer"
        )
        expect(
            GetRecommendationsRequest.self, #"{"context":["a"]}"#,
            says:
                "1 validation error detected: Value at 'context' failed to satisfy constraint: Member must be an object"
        )
        expect(
            CreateSolutionRequest.self, #"{"name":"a","datasetGroupArn":"\#(Self.arn)","tags":{}}"#,
            says: "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must be a list")
    }

    @Test func whatIsNotAnObjectIsASerializationError() {
        for body in ["[]", "1", "null", "\"a\"", "{", "{\"name\":}", "\u{1}", "{\"name\":\"a\"} x"] {
            #expect(refusal(CreateDatasetGroupRequest.self, body)?.code == .serializationException, "\(body)")
        }
        let deep = String(repeating: "[", count: 100_000)
        #expect(refusal(CreateDatasetGroupRequest.self, "{\"name\":" + deep)?.code == .serializationException)
    }

    @Test func aBodyOverTheLimitIsRefused() {
        #expect(throws: PersonalizeError.self) {
            try RequestDecoder.decode(ListRecipesRequest.self, from: Array("{}  ".utf8), maximumBytes: 3)
        }
    }
}
