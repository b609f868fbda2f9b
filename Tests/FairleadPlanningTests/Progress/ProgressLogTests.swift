import FairleadAPI
import FairleadPlanning
import KubernetesCore
import PropertyTesting
import Testing

/// What is a metric in a line of log, and what isn't.
@Suite struct ProgressLogTests {
    private static func read(_ text: String, pattern: String? = nil) throws -> MetricReading {
        var log = ProgressLog(pattern: try pattern.map { try ProgressPattern($0) })
        return log.read(Array(text.utf8))
    }

    private static let lines: [(line: String, metrics: [String: Double?])] = [
        ("epoch=3 loss=0.21", ["epoch": 3, "loss": 0.21]),
        ("loss: 0.21", ["loss": 0.21]),
        ("Epoch 7: val_loss = 1e-3, acc: 93.5%", ["val_loss": 0.001, "acc": 93.5]),
        (#"{"loss": 0.5, "step": 30, "lr": "1e-4", "tags": [1], "note": "a"}"#, ["loss": 0.5, "step": 30, "lr": 1e-4]),
        // As transformers prints its logs, and as Keras does.
        ("{'loss': 0.3, 'grad_norm': 2.5, 'epoch': 1.0}", ["loss": 0.3, "grad_norm": 2.5, "epoch": 1]),
        ("1875/1875 - 2s 1ms/step - accuracy: 0.8 - loss: 0.6", ["accuracy": 0.8, "loss": 0.6]),
        // As XGBoost prints its rounds.
        ("[10]\ttrain-rmse:0.5\ttrain-auc: 0.7", ["train-rmse": 0.5, "train-auc": 0.7]),
        ("INFO:tensorflow:loss = 0.25, step = 100 (3.1 sec)", ["loss": 0.25, "step": 100]),
        ("step 30/100", ["step": 30, "progress": 30]),
        ("epoch=3/10 loss=2", ["epoch": 3, "progress": 30, "loss": 2]),
        ("Epoch 3/10, step 99/100", ["Epoch": 3, "step": 99, "progress": 30]),
        ("progress=40%", ["progress": 40]),
        ("progress: 0.4", ["progress": 0.4]),
        ("progress=140%", ["progress": 100]),
        ("items 3/10", ["items": 3]),
        ("train/loss=0.5 eval.acc=.75", ["train/loss": 0.5, "eval.acc": 0.75]),
        ("loss=nan lr=-inf", ["loss": nil, "lr": nil]),
        ("loss=1e999", ["loss": nil]),
        ("\u{1B}[32mloss\u{1B}[0m: \u{1B}[1m0.5\u{1B}[0m", ["loss": 0.5]),
        ("10%|#  | 1/10 [00:01, loss=0.9]\r20%|## | 2/10 [00:02, loss=0.8]", ["loss": 0.8]),
        ("the loss is now loss=0.5.", ["loss": 0.5]),
        ("listening on localhost:8080 or 10.0.0.1:8080 as v:1.2.3", [:]),
        ("Expected number of connected peer ranks is : 2", [:]),
        ("loss : 0.5", ["loss": 0.5]),
        ("at 12:30:05 time: 12:30", [:]),
        ("v=1.2.3 id=0x1F hash=3fa9 time=3.2s", [:]),
        ("step 30 of 100", [:]),
        ("a=1/0", [:]),
        (String(repeating: "n", count: 65) + "=1 b=2", ["b": 2]),
        ("", [:]),
        ("=1 :2 x= y:", [:]),
    ]

    @Test(arguments: lines) func theDefaultPattern(line: String, metrics: [String: Double?]) throws {
        #expect(try Self.read(line).values == metrics)
        // The same behind a time, as Kubernetes shows it.
        #expect(try Self.read("2026-01-02T03:04:05.123456789Z \(line)\n").values == metrics)
    }

    private static let patterns: [(pattern: String, line: String, metrics: [String: Double?])] = [
        ("loss is (?P<loss>[0-9.]+)", "loss is 0.25 now, loss is 0.5", ["loss": 0.5]),
        ("(?<epoch>[0-9]+/[0-9]+)", "<<3/4>>", ["epoch": 3, "progress": 75]),
        ("(?P<progress>[0-9]+%)", "at 12%", ["progress": 12]),
        // Katib's default filter.
        (#"([\w|-]+)\s*=\s*([+-]?\d*(\.\d+)?([Ee][+-]?\d+)?)"#, "auc=0.9 f-1 = 1e-2", ["auc": 0.9, "f-1": 0.01]),
        ("(?P<value>[0-9]+) (?P<name>apples|pears)", "3 apples and 4 pears", ["apples": 3, "pears": 4]),
        ("(?P<a>x)|(?P<b>[0-9]+)", "17", ["b": 17]),
        ("(?P<a>.*)", "no number", [:]),
        ("(?i:LOSS) (?P<loss>nan|[0-9]+)", "loss nan", ["loss": nil]),
    ]

    @Test(arguments: patterns) func ownPatterns(pattern: String, line: String, metrics: [String: Double?]) throws {
        #expect(try Self.read(line, pattern: pattern).values == metrics)
    }

    @Test(arguments: [
        ("(", "missing closing )"), ("loss=[0-9]+", "has no group for a metric"), ("(?P<a>1)(?P<a>2)", "same name"),
        ("([0-9]+)", "has no group"), ("(?=a)(b)(c)", "invalid or unsupported Perl syntax"),
        (String(repeating: "(a)", count: 200), "longer than 500"),
    ])
    func patternsThatAreRefused(pattern: String, message: String) {
        #expect {
            try ProgressPattern(pattern)
        } throws: { error in
            (error as? ProgressPattern.Problem)?.description.contains(message) == true
        }
    }

    @Test func theNewestOfEachMetricHolds() throws {
        let log = "epoch=1 loss=3\nepoch=2 loss=2 lr=5\nepoch=3 loss=1\n"
        #expect(try Self.read(log).values == ["epoch": 3, "loss": 1, "lr": 5])
        let pattern = "loss=(?P<loss>[0-9]+)( lr=(?P<lr>[0-9]+))?"
        #expect(try Self.read(log, pattern: pattern).values == ["loss": 1, "lr": 5])
    }

    @Test func stepsDoNotOverruleEpochs() throws {
        var log = ProgressLog()
        #expect(log.read(Array("epoch 1/2\nstep 90/100\n".utf8)).values["progress"] == 50)
        // In the next part of the log there are but steps.
        #expect(log.read(Array("step 95/100\n".utf8)).values["progress"] == nil)
        #expect(log.read(Array("progress=70%\n".utf8)).values["progress"] == 70)
        #expect(log.read(Array("epoch 2/2\n".utf8)).values["progress"] == nil)
    }

    @Test func noLineIsReadTwice() throws {
        var log = ProgressLog()
        let first = "2026-01-02T03:04:05.000001Z loss=3\n2026-01-02T03:04:06.000002Z loss=2\n"
        #expect(log.read(Array(first.utf8)).values == ["loss": 2])
        #expect(log.readUpTo == MicroTime("2026-01-02T03:04:06.000002Z"))
        let second = "2026-01-02T03:04:05.000001Z old=1\n2026-01-02T03:04:07Z loss=1\n"
        #expect(log.read(Array(second.utf8)).values == ["loss": 1])
    }

    @Test func linesAndNamesAreBounded() throws {
        let long = String(repeating: "x", count: ProgressLog.Limit.line) + " loss=1"
        #expect(try Self.read(long).isEmpty)
        let many = (0..<500).map { "m\($0)=\($0)" }.joined(separator: "\n")
        #expect(try Self.read(many).values.count == 64)
        let patch = JobProgress.patch(
            try Self.read("new=1 gone=nan"),
            over: Dictionary(
                uniqueKeysWithValues: (0..<62).map { ("m\($0)", JSONValue.integer(1)) } + [
                    ("progress", 3), ("gone", 1),
                ]))
        #expect(patch == ["new": 1, "gone": .null])
        let full = JobProgress.patch(
            try Self.read("a=1 b=2"),
            over: Dictionary(
                uniqueKeysWithValues: (10..<73).map { ("m\($0)", JSONValue.integer(1)) } + [("progress", 3)]))
        #expect(full == ["a": 1, "b": 2, "m71": .null, "m72": .null])
    }

    @Test func progressAsText() {
        #expect(JobProgress.text(["progress": 40.9], phase: .running) == "40%")
        #expect(JobProgress.text(["progress": 40.9], phase: .failed) == "40%")
        #expect(JobProgress.text(["progress": 40.9], phase: .succeeded) == "100%")
        #expect(JobProgress.text([:], phase: .succeeded) == nil)
        #expect(JobProgress.text(["progress": 1e300], phase: .running) == "100%")
        #expect(JobProgress.text(["progress": "x"], phase: .running) == nil)
        #expect(JobProgress.remaining(["remainingSeconds": 90]) == .seconds(90))
        #expect(JobProgress.remaining(["remainingSeconds": -1]) == nil)
    }

    /// Whatever a program prints: no trap, and what is read is within its bounds.
    @Test func anyBytesAreRead() throws {
        let parts: [[UInt8]] = [
            "loss", "=", ": ", "0.21", "1e", "-", "%", "/", "\n", "\r", "\u{1B}[", "m", "{\"", "}", "\"", "nan", " ",
            "ä",
            "2026-01-02T03:04:05.1Z ", "epoch", "step ", "99999999999999999999", ".", "progress",
        ].map { Array($0.utf8) }
        let patterns = try [nil, "(.*)=(.*)", "(?P<a>[^ ]*)( |$)", "(?s:(.)(.))"].map {
            try $0.map { try ProgressPattern($0) }
        }
        for seed in UInt64(0)..<300 {
            var generator = SeededGenerator(seed: seed)
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...200, using: &generator) {
                if generator.chance(0.3) {
                    bytes.append(UInt8.random(in: 0...255, using: &generator))
                } else if let part = parts.randomElement(using: &generator) {
                    bytes += part
                }
            }
            for pattern in patterns {
                var log = ProgressLog(pattern: pattern)
                let reading = log.read(bytes)
                #expect(reading.values.count <= 64, "seed \(seed)")
                #expect(
                    reading.values.allSatisfy { $0.key.utf8.count <= 64 && $0.value?.isFinite != false }, "seed \(seed)"
                )
                let percent = reading.values["progress"].flatMap(\.self) ?? 0
                #expect(percent >= 0 && percent <= 100, "seed \(seed)")
            }
        }
    }
}
