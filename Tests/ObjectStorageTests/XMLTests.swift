import ObjectStorage
import Testing

@Suite struct XMLTests {
    private func read(_ text: String) throws -> XMLElement { try XMLReader.read(text.utf8) }

    @Test func `Elements, text and attributes are read without prefixes and comments`() throws {
        let root = try read(
            """
            <?xml version="1.0"?><!-- c --><s:Delete xmlns:s='urn:x' a="1 &amp; 2">
            <Object><Key>a &lt;b&gt; &#233;&#x1F3AC;<![CDATA[<raw>&amp;]]></Key></Object><Quiet/></s:Delete>
            """)
        #expect(root.name == "Delete")
        #expect(root.attributes["a"] == "1 & 2")
        #expect(root.first("Object")?.text(of: "Key") == "a <b> é🎬<raw>&amp;")
        #expect(root.text(of: "Quiet") == "")
    }

    @Test(arguments: [
        "", "text", "<a>", "<a></b>", "<a/><b/>", "<a b=c/>", "<a b='1' b='2'/>", "<a>&unknown;</a>", "<a>&#0;</a>",
        "<a>&#xD800;</a>", "<a>&amp</a>", "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", "<a><!ENTITY e 'x'></a>",
        "<a b='<'/>", "< a/>", "<a", "<a>]]", "<a><![CDATA[</a>",
    ])
    func `What is not a plain document is refused`(text: String) {
        #expect(throws: XMLSyntaxError.self) { try read(text) }
    }

    @Test func `Deep nesting is refused`() {
        #expect(throws: XMLSyntaxError.self) { try read(String(repeating: "<a>", count: 100_000)) }
    }

    @Test func `What the writer writes, the reader reads`() throws {
        let texts = ["", "<&>\"'", "é 漢字 🎬", "a\tb\nc", "\u{1}\u{1F}", "]]>"]
        for text in texts {
            var writer = XMLWriter()
            writer.element("Root", attributes: [("name", text)]) { $0.element("Child", text) }
            let root = try read(writer.document)
            #expect(root.text(of: "Child") == text)
            #expect(root.attributes["name"] == text)
        }
    }

    @Test func `Arbitrary bytes are read or refused, never worse`() {
        var random = SeededGenerator(seed: 21)
        let pieces = [
            "<a>", "</a>", "<", ">", "/", "&", ";", "&#", "x", "<!--", "-->", "<![CDATA[", "]]>", "='", "'", " ",
            "\u{FEFF}",
        ]
        for _ in 0..<5000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                bytes += Array((pieces.randomElement(using: &random) ?? "").utf8)
                if Int.random(in: 0..<6, using: &random) == 0 { bytes += random.bytes(1) }
            }
            _ = try? XMLReader.read(bytes)
        }
    }
}
