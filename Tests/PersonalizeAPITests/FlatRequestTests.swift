import Foundation
import PersonalizeAPI
import Testing

/// Requests for recommendations are read by a faster reader where they are simple: it must not be seen.
@Suite struct FlatRequestTests {
    private static let texts = [
        #"{"campaignArn":"arn:aws:personalize:us-east-1:1:campaign/a","userId":"7","numResults":5}"#,
        #" { "userId" : "a b" , "itemId":"" ,"filterArn":"arn:aws:personalize:::filter/f"} "#, "{}", " {} \n",
        #"{"numResults":0}"#, #"{"numResults":500}"#, #"{"numResults":007}"#, #"{"numResults":-1}"#,
        #"{"numResults":1.0}"#, #"{"numResults":1.5}"#, #"{"numResults":1e2}"#, #"{"numResults":12345678901}"#,
        #"{"numResults":99999999999999999999}"#, #"{"numResults":"5"}"#, #"{"numResults":null}"#, #"{"userId":5}"#,
        #"{"userId":null}"#, #"{"userId":"a\u0041\n\"\\"}"#, #"{"userId":"é€😀"}"#, #"{"userId":"a","userId":"b"}"#,
        #"{"other":"x","userId":"a"}"#, #"{"context":{"DEVICE":"phone"},"userId":"a"}"#, #"{"userId":"a",}"#,
        #"{"userId":"a""itemId":"b"}"#, #"{"userId":"a"#, #"{"userId"}"#, #"{"userId":"a"} x"#, #"{userId:"a"}"#, "[]",
        "{",
        "\u{1}{}", "{\"userId\":\"a\tb\"}", "{\"userId\":\"a\u{7F}\"}", #"{"numResults":5 5}"#, #"{"numResults":}"#,
        #"{"context":{},"userId":"a"}"#, #"{"context":{"A":"b","A":"c"}}"#, #"{"context":{"A":1}}"#,
        #"{"context":{"A":"b",}}"#, #"{"filterValues":{"A":"b","C":""},"numResults":3}"#, #"{"context":"x"}"#,
        #"{"userId":{}}"#, #"{"numResults":{"a":"b"}}"#, #"{"context":{"A":"b"}"#, #"{"context":{"A":{"B":"c"}}}"#,
        #"{"filterValues":{"A":"\"b\",\"c\""},"userId":"\/\\"}"#, #"{"userId":"\""#, #"{"userId":"\"#,
        #"{"userId":"a\x"}"#,
        #"{"userId":"\"\u0041"}"#, #"{"campaignArn":"not an arn"}"#,
        #"{"recommenderArn":"arn:aws:personalize:::recommender/r","numResults":+5}"#,
    ]

    /// The same request in a form that the faster reader leaves to the other.
    private func slow(_ text: String) throws -> GetRecommendationsRequest {
        try RequestDecoder.decode(
            GetRecommendationsRequest.self,
            from: Array(text.replacing("{", with: #"{"unknown":[],"#, maxReplacements: 1).utf8))
    }

    private func decoded(_ text: String) throws -> GetRecommendationsRequest {
        try RequestDecoder.decode(GetRecommendationsRequest.self, from: Array(text.utf8))
    }

    @Test(arguments: texts)
    func `a request means the same however it is read`(text: String) throws {
        // An empty object has no comma after the unknown member.
        let unknown = text.replacing("{}", with: "{ }")
        let expected = Result {
            try slow(unknown.filter { $0 != " " && $0 != "\n" } == "{}" ? #"{"itemId":null}"# : text)
        }
        switch (Result { try decoded(text) }, expected) {
        case (.success(let read), .success(let wanted)): #expect(read == wanted)
        case (.failure(let read as PersonalizeError), .failure(let wanted as PersonalizeError)):
            #expect(read.code == wanted.code)
        case (let read, let wanted): Issue.record("\(text): \(read) instead of \(wanted)")
        }
    }

    @Test func `mangled requests are read alike`() throws {
        var generator = SeededGenerator(state: 4)
        let alphabet = Array(#"{}[]":,\0159ae -+.u"#.utf8)
        for text in Self.texts {
            for _ in 0..<200 {
                var bytes = Array(text.utf8)
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[place] = alphabet.randomElement(using: &generator) ?? 0
                let mangled = String(decoding: bytes, as: UTF8.self)
                guard mangled.hasPrefix(#"{""#), let read = try? decoded(mangled) else { continue }
                #expect(try read == slow(mangled), "\(mangled)")
            }
        }
    }
}
