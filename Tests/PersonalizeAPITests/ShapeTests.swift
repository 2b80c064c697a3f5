import Foundation
import PersonalizeAPI
import Testing

@Suite struct ShapeTests {
    @Test func everyOperationIsFoundByItsNameAndAddress() {
        #expect(OperationRegistry.all.count == 79)
        #expect(Set(OperationRegistry.all.map { $0.name }).count == 79)
        for operation in OperationRegistry.all {
            #expect(OperationRegistry.operation(named: operation.name) == operation)
            switch operation.service {
            case .personalize:
                #expect(OperationRegistry.operation(target: "AmazonPersonalize.\(operation.name)") == operation)
            case .personalizeRuntime, .personalizeEvents:
                #expect(OperationRegistry.operation(method: operation.method, path: operation.path) == operation)
                #expect(OperationRegistry.operation(target: "AmazonPersonalize.\(operation.name)") == nil)
            }
        }
        #expect(OperationRegistry.operation(target: "CreateCampaign") == nil)
        #expect(OperationRegistry.operation(target: "DynamoDB.CreateCampaign") == nil)
        #expect(OperationRegistry.operation(method: "GET", path: "/recommendations") == nil)
        #expect(OperationRegistry.operation(method: "POST", path: "/") == nil)
    }

    @Test(arguments: [0, 50])
    func everyInputAndOutputSurvivesTheWire(omission: Int) throws {
        for (index, operation) in OperationRegistry.all.enumerated() {
            try roundTrip(operation, seed: UInt64(index * 100 + omission), omission: omission)
        }
    }

    private func roundTrip<Operation: PersonalizeOperation>(
        _ operation: Operation.Type, seed: UInt64, omission: Int
    ) throws {
        for offset in 0..<5 {
            let input = try SampleDecoder.sample(Operation.Input.self, seed: seed + UInt64(offset), omission: omission)
            let body = try ResponseEncoder.encode(input)
            #expect(try JSONDecoder().decode(Operation.Input.self, from: Data(body)) == input, "\(operation.name)")
            guard Operation.Output.self != NoOutput.self else { continue }
            let output = try SampleDecoder.sample(
                Operation.Output.self, seed: seed + UInt64(offset), omission: omission)
            let answer = try ResponseEncoder.encode(output)
            #expect(try JSONDecoder().decode(Operation.Output.self, from: Data(answer)) == output, "\(operation.name)")
        }
    }

    /// `JSONEncoder` is the second way.
    @Test func outputsWriteTheBytesOfTheStandardEncoder() throws {
        for (index, operation) in OperationRegistry.all.enumerated() {
            try compareBytes(operation, seed: UInt64(index))
        }
        let odd = PredictedItem(itemId: String(String.UnicodeScalarView((0...0x7F).compactMap(Unicode.Scalar.init))))
        #expect(try ResponseEncoder.encode(odd) == (try standardBytes(odd)))
        for score in [0, -0.5, 1, 1e-7, 1.5e300, 5e-324, 0.1, 123_456_789.125, -1e21] {
            let item = PredictedItem(itemId: "a", score: score)
            let body = Data(try ResponseEncoder.encode(item))
            #expect(try JSONDecoder().decode(PredictedItem.self, from: body) == item)
        }
    }

    private func compareBytes<Operation: PersonalizeOperation>(_ operation: Operation.Type, seed: UInt64) throws {
        guard Operation.Output.self != NoOutput.self else { return }
        let output = try SampleDecoder.sample(Operation.Output.self, seed: seed, omission: 20)
        #expect(try ResponseEncoder.encode(output) == (try standardBytes(output)), "\(operation.name)")
    }

    private func standardBytes(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        return Array(try encoder.encode(value))
    }

    @Test func nilMembersAreLeftOutAndSlashesStay() throws {
        let body = try ResponseEncoder.encode(CreateSchemaResponse(schemaArn: "arn:aws:personalize:::schema/a"))
        #expect(String(decoding: body, as: UTF8.self) == #"{"schemaArn":"arn:aws:personalize:::schema/a"}"#)
        #expect(try ResponseEncoder.encode(CreateSchemaResponse()) == Array("{}".utf8))
        #expect(try ResponseEncoder.encode(NoOutput()).isEmpty)
    }

    @Test func timesAreSecondsExactToTheMillisecond() throws {
        let schema = DatasetSchema(creationDateTime: Timestamp(milliseconds: 1_543_864_685_541))
        #expect(
            String(decoding: try ResponseEncoder.encode(schema), as: UTF8.self)
                == #"{"creationDateTime":1543864685.541}"#)
        for milliseconds in [Int64(0), -1, 1_700_000_000_000, 1_700_000_000_001, 253_402_300_799_999] {
            let timestamp = Timestamp(milliseconds: milliseconds)
            #expect(try JSONDecoder().decode(Timestamp.self, from: JSONEncoder().encode(timestamp)) == timestamp)
            #expect(Timestamp(timestamp.date) == timestamp)
        }
        #expect(Timestamp(seconds: .nan) == nil)
        #expect(Timestamp(seconds: 1e300) == nil)
    }

    @Test func numbersThatJSONCannotSayBecomeStrings() throws {
        let item = PredictedItem(itemId: "a", score: .infinity)
        #expect(
            String(decoding: try ResponseEncoder.encode(item), as: UTF8.self) == #"{"itemId":"a","score":"Infinity"}"#)
    }

    @Test func propertiesAreTextWhetherSentAsTextOrAsADocument() throws {
        let asText = #"{"eventType":"click","sentAt":1,"properties":"{\"a\":1}"}"#
        let asDocument = #"{"eventType":"click","sentAt":1,"properties":{"b":[1,2.5,null,true,"x/y"],"a":1}}"#
        #expect(try JSONDecoder().decode(Event.self, from: Data(asText.utf8)).properties?.text == #"{"a":1}"#)
        #expect(
            try JSONDecoder().decode(Event.self, from: Data(asDocument.utf8)).properties?.text
                == #"{"a":1,"b":[1,2.5,null,true,"x/y"]}"#)
    }

    @Test func sensitiveMembersAreNeverPrinted() {
        let event = Event(
            eventType: "secret-type", itemId: "secret-item", properties: "secret-text", sentAt: .init(milliseconds: 1))
        let request = PutEventsRequest(trackingId: "t", userId: "secret-user", sessionId: "s", eventList: [event])
        var dumped = ""
        dump(request, to: &dumped)
        for text in ["\(request)", String(reflecting: request), dumped, "\([request])", "\(Optional(request) as Any)"] {
            #expect(!text.contains("secret"), "\(text)")
        }
        #expect("\(request)".contains("trackingId: t"))
    }

    @Test func anErrorThatTheModelGivesToOtherOperationsBecomesInvalidInput() {
        let missing = PersonalizeError.notFound("There is no x.")
        #expect(missing.modelled(for: DescribeCampaign.self) == missing)
        #expect(missing.modelled(for: PutEvents.self) == .invalidInput("There is no x."))
        let common = PersonalizeError.serialization("No JSON.")
        #expect(common.modelled(for: PutEvents.self) == common)
        let invalid = PersonalizeError.invalidInput("No.")
        #expect(invalid.modelled(for: ListSchemas.self) == invalid)
    }

    @Test func errorsAreWrittenForEitherProtocol() {
        let error = PersonalizeError(.resourceNotFoundException, "There is no \"x\".")
        #expect(
            String(decoding: error.body(for: .personalize), as: UTF8.self)
                == #"{"__type":"ResourceNotFoundException","message":"There is no \"x\"."}"#)
        #expect(
            String(decoding: error.body(for: .personalizeRuntime), as: UTF8.self)
                == #"{"message":"There is no \"x\"."}"#)
        #expect(error.errorTypeHeader == "ResourceNotFoundException")
        #expect(error.httpStatus(for: .personalize) == 400)
        #expect(error.httpStatus(for: .personalizeRuntime) == 404)
        #expect(PersonalizeError(.resourceInUseException, "").httpStatus(for: .personalizeEvents) == 409)
        #expect(PersonalizeError(.resourceInUseException, "").httpStatus(for: .personalize) == 400)
    }
}
