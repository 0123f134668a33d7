internal import Foundation

/// The JSON Schema of scenario files (draft 2020-12), for editors.
///
/// It is made from the verbs, so that it cannot say anything else than the parser. What only the
/// parser knows: whether a name is in the cast, and as what.
package enum ScenarioSchema {
    /// The schema's text, as it lies in Fixtures/Scenarios/scenario.schema.json.
    package static var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        return (try? encoder.encode(schema)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    private static let schema: JSONValue = .object([
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A scenario of fake-phone",
        "description": "Who takes part, what they do in which order, and what must come of it.",
        "type": "object",
        "required": ["cast", "steps"],
        "additionalProperties": false,
        "properties": .object(
            Dictionary(
                uniqueKeysWithValues: ScenarioParser.Member.allCases.map { member in
                    (member.rawValue, top(member))
                }
            )
        ),
        "$defs": ["step": step, "expectation": expectation],
    ])

    // MARK: The top

    private static func top(_ member: ScenarioParser.Member) -> JSONValue {
        switch member {
        case .version: ["const": .int(Scenario.version)]
        case .name, .about: string
        case .needs: object(["scene_seconds_max": int(1...86_400)])
        case .vars: ["type": "object", "additionalProperties": scalar]
        case .cast:
            [
                "type": "object", "minProperties": 1,
                "propertyNames": ["not": ["enum": names(reserved)]],
                "additionalProperties": role,
            ]
        case .steps: ["type": "array", "minItems": 1, "items": ["$ref": "#/$defs/step"]]
        case .repeat:
            object(["times": int(1...10_000), "parallel": int(1...1000)], required: ["times"])
        case .limitSeconds: int(1...86_400)
        case .alone: bool
        case .adversary:
            object(["threat": string, "wants": string], required: ["threat", "wants"])
        case .server:
            object([
                "settings": [
                    "type": "object",
                    "propertyNames": ["pattern": "^(?!SCAN_LOGIN_)[A-Z_]+$"],
                    "additionalProperties": scalar,
                ]
            ])
        }
    }

    private static var reserved: [String] {
        [Scenario.mockName, Scenario.serverName] + StepParser.optionNames.sorted()
    }

    private static let role: JSONValue = [
        "if": ["type": "object"],
        "then": [
            "type": "object",
            "additionalProperties": false,
            "properties": [
                "phone": ["type": "string", "pattern": "^([A-Za-z0-9-]+|.*\\$\\{.*)$"],
                "new": bool,
                "tab_of": string,
            ],
            "oneOf": .array([["required": ["phone"]], ["required": ["tab_of"]]]),
        ],
        "else": ["enum": .array(["browser", "website"])],
    ]

    // MARK: A step

    /// Whoever acts is the one member that is no option; its value is the verb.
    private static var step: JSONValue {
        var rules: [JSONValue] = []
        var verbs: [String: [Verb]] = [:]
        for actor in Verb.Actor.allCases {
            for verb in Verb.all(of: actor) { verbs[verb.name, default: []].append(verb) }
        }
        for name in verbs.keys.sorted() {
            guard let same = verbs[name] else { continue }
            rules.append(rule(name, same))
        }
        let together = Scenario.togetherName
        rules.append([
            "if": ["required": .array([.string(together)])],
            "then": object(
                [
                    together: [
                        "type": "array", "minItems": 1, "items": ["$ref": "#/$defs/step"],
                    ],
                    "wins": int(0...1000), "expect_one": ["$ref": "#/$defs/expectation"],
                    "attack": bool,
                ]
            ),
        ])
        var known = anything(StepParser.optionNames)
        known[Scenario.mockName] = ["enum": names(Verb.mockVerbs.map(\.name))]
        known[Scenario.serverName] = ["enum": names(Verb.serverVerbs.map(\.name))]
        let people = Set(
            [Verb.Actor.browser, .phone, .website].flatMap { Verb.all(of: $0) }.map(\.name)
        )
        return [
            "type": "object",
            "minProperties": 1,
            "properties": .object(known),
            "additionalProperties": ["enum": names(people.sorted())],
            "allOf": .array(rules),
        ]
    }

    /// What goes with a verb: `if` somebody has it as the value, `then` only its options.
    private static func rule(_ name: String, _ verbs: [Verb]) -> JSONValue {
        let isVerb: JSONValue = ["const": .string(name)]
        let isAnother: JSONValue = [
            "properties": .object(anything(StepParser.optionNames)),
            "additionalProperties": ["not": isVerb],
        ]
        var properties: [String: JSONValue] = [:]
        for verb in verbs {
            for option in verb.options {
                var schema = members(of: self.schema(option.kind))
                schema["description"] = .string(option.about)
                properties[option.name] = .object(schema)
            }
        }
        let shared = StepParser.Shared.allCases.filter { $0.goes(with: verbs) }
        for option in shared { properties[option.rawValue] = self.shared(option) }
        let required = verbs[0].options.filter { option in
            verbs.allSatisfy { $0.options.contains { $0.name == option.name && $0.isRequired } }
        }
        return [
            "if": ["not": isAnother],
            "then": [
                "description": .string(verbs[0].about),
                "properties": .object(properties),
                "additionalProperties": isVerb,
                "required": names(required.map(\.name)),
            ],
        ]
    }

    private static func shared(_ option: StepParser.Shared) -> JSONValue {
        switch option {
        case .expect: ["$ref": "#/$defs/expectation"]
        case .keepBody: string
        case .origin: text("^([!-~]+|.*\\$\\{.*)$")
        case .within: int(0...86_400)
        case .borrow: ["type": "object", "additionalProperties": string]
        case .forge: ["type": "object"]
        case .attack, .mayFail: bool
        }
    }

    private static func schema(_ kind: VerbOption.Kind) -> JSONValue {
        switch kind {
        case .text: scalar
        case .int(let range): int(range)
        case .number(let range):
            [
                "type": .array(["number", "string"]), "pattern": "^\\$\\{[^}]+\\}$",
                "minimum": .double(range.lowerBound), "maximum": .double(range.upperBound),
            ]
        case .method: text("^([!#$%&'*+.^_`|~0-9A-Za-z-]+|.*\\$\\{.*)$")
        case .path: text("^(/[!-~]*|.*\\$\\{.*)$")
        case .bool: bool
        case .choice(let values): ["enum": names(values)]
        case .choices(let values):
            ["type": "array", "minItems": 1, "items": ["enum": names(values)]]
        case .texts: ["type": "array", "minItems": 1, "items": scalar]
        case .fields:
            [
                "type": "object", "propertyNames": ["pattern": .string(fieldName)],
                "additionalProperties": line,
            ]
        case .calls: text("^(/.*|.*\\$\\{.*|\(Adapter.operationNames.joined(separator: "|")))$")
        case .browser, .phone, .anybody, .website: string
        case .shownNumber:
            [
                "type": .array(["string", "integer"]),
                "pattern": "^([0-9]+|(wrong )?of .+|.*\\$\\{.*)$",
            ]
        }
    }

    // MARK: An expectation

    private static var expectation: JSONValue {
        var properties: [String: JSONValue] = [:]
        for member in Expectation.Member.allCases {
            let schema: JSONValue =
                switch member {
                case .status: int(100...599)
                case .error, .redirect, .bodyAs: string
                case .user:
                    [
                        "type": .array(["string", "array"]), "minLength": 1, "minItems": 1,
                        "items": string,
                    ]
                case .refused, .noAnswer, .retryAfter: bool
                case .state: ["enum": names(AttemptState.allCases.map(\.rawValue))]
                case .warnings: ["type": "array", "items": scalar]
                case .dataHas, .lacks: ["type": "array", "minItems": 1, "items": scalar]
                case .data: ["type": "object"]
                case .headers:
                    [
                        "type": "object", "propertyNames": ["pattern": .string(fieldName)],
                        "additionalProperties": scalar,
                    ]
                }
            properties[member.rawValue] = schema
        }
        return [
            "if": ["type": "object"],
            "then": object(properties),
            "else": ["const": "refused"],
        ]
    }

    // MARK: Parts

    private static let string: JSONValue = ["type": "string", "minLength": 1]
    private static let bool: JSONValue = ["type": "boolean"]
    /// A text; YAML reads one of digits alone as a number.
    private static let scalar: JSONValue = [
        "type": .array(["string", "number", "boolean"]), "minLength": 1,
    ]

    private static let fieldName = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"
    /// A text without line breaks.
    private static let line: JSONValue = [
        "type": .array(["string", "number", "boolean"]), "minLength": 1,
        "pattern": "^[^\\u0000-\\u001f\\u007f]+$",
    ]

    private static func text(_ pattern: String) -> JSONValue {
        ["type": "string", "pattern": .string(pattern)]
    }

    /// A whole number, or a variable that holds one.
    private static func int(_ range: ClosedRange<Int>) -> JSONValue {
        [
            "type": .array(["integer", "string"]),
            "pattern": "^\\$\\{[^}]+\\}$",
            "minimum": .int(range.lowerBound),
            "maximum": .int(range.upperBound),
        ]
    }

    private static func object(
        _ properties: [String: JSONValue],
        required: [String] = []
    ) -> JSONValue {
        [
            "type": "object",
            "additionalProperties": false,
            "properties": .object(properties),
            "required": names(required),
        ]
    }

    private static func names(_ names: [String]) -> JSONValue {
        .array(names.map { .string($0) })
    }

    private static func anything(_ names: Set<String>) -> [String: JSONValue] {
        Dictionary(uniqueKeysWithValues: names.map { ($0, .bool(true)) })
    }

    private static func members(of value: JSONValue) -> [String: JSONValue] {
        guard case .object(let members) = value else { return [:] }
        return members
    }
}

extension StepParser.Shared {
    /// Whether the option goes with one of the verbs.
    func goes(with verbs: [Verb]) -> Bool {
        switch self {
        case .expect, .keepBody, .mayFail: verbs.contains(where: \.hasAnswer)
        case .within: verbs.contains { $0.actor != .server }
        case .borrow, .forge, .origin: verbs.contains(where: \.canBeTwisted)
        case .attack: true
        }
    }
}
