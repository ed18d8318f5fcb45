-- A ledger of schema 2, made by dump.ts of its time.
-- Key: 0ed9339fe90a2afdd6f36ac6684a44bc9243236311a0325125a9ff17a92ce5d4
-- Head: 59:e4df455226edba779de81fc110d9dae930eb4718f39dc17c4fbe18bbd7cbe532
CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('key_id', 'd3719b5120969aca57b5f639099144a1');
INSERT INTO meta VALUES ('ledger_id', 'c846697fcd4f447a');
INSERT INTO meta VALUES ('searched', '35');
CREATE TABLE journal (
  idx INTEGER PRIMARY KEY CHECK (idx > 0),
  at_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  sequence_id TEXT,
  -- The same intent's entry before this one, 0 for its first: a timeline needs no index over ten million rows.
  earlier INTEGER NOT NULL CHECK (earlier < idx),
  body TEXT NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
INSERT INTO journal VALUES (1, 1784784725000, 'scanAccepted', '01K000000001ABFA975C710807', 0, '{"actor":{"role":"terminal"},"detail":{"amount":10000,"stationId":"1","type":"CHARGE"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"amount":10000,"bin":"949133","cash":"none","enteredMs":1000,"environment":"test","expiresMs":301000,"host":"unsent","last4":"0009","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":1000,"notSent":false,"scannedAtMs":1784784725000,"sequenceId":"01K000000001ABFA975C710807","stationId":"1","terminalId":"T0000001","type":"CHARGE"}}', X'3dae699036c84e651a5ea93d18e041378467dba10edb2930e25771640ca575eb');
INSERT INTO journal VALUES (2, 1784784725010, 'received', '01K000000001ABFA975C710807', 1, '{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"cash_drawer":10000,"suspense":-10000},"set":{"cash":"received","enteredMs":1010,"expiresMs":null,"notBeforeMs":1010}}', X'f6627e4fa13448c68a6218b96c9e7724e468b2aa70e621e4ec774850f5035b74');
INSERT INTO journal VALUES (3, 1784784725020, 'send', '01K000000001ABFA975C710807', 2, '{"actor":{"role":"terminal"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"bytesMayHaveLeft":true,"deadlineMs":16020,"enteredMs":1020,"firstSendMs":1020,"host":"sending","hostVersion":1,"misses":1,"notBeforeMs":1020,"sends":1}}', X'85d6ca164049bbbb21cf460bc29784772f78023fdb8a4d2c8484377cebf99310');
INSERT INTO journal VALUES (4, 1784784725030, 'approved', '01K000000001ABFA975C710807', 3, '{"actor":{"role":"terminal"},"detail":{"approval":{"approvalCode":"A00001","approvedAt":"20260723143206000","businessDate":"20260723","nrNumber":"KMN260723000000001"}},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"issuer_payable":-10000,"suspense":10000},"set":{"approval":{"approvalCode":"A00001","approvedAt":"20260723143206000","businessDate":"20260723","nrNumber":"KMN260723000000001"},"businessDate":"20260723","deadlineMs":null,"enteredMs":1030,"firstSendMs":null,"host":"approved","hostVersion":2,"misses":0,"notBeforeMs":1030}}', X'5f88597fa90db1c52641e55540a03d3eceda63638f700830b6f6d8e672bb1c96');
INSERT INTO journal VALUES (5, 1784784725040, 'acknowledge', '01K000000001ABFA975C710807', 4, '{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"acknowledged":true}}', X'5b8e78a200965af833f40a0b71575a3d3ab45a966cd993a656d99c959e23bffa');
INSERT INTO journal VALUES (6, 1784784785000, 'scanAccepted', '01K000000002484328E668F2D2', 0, '{"actor":{"role":"terminal"},"detail":{"amount":20000,"stationId":"1","type":"CHARGE"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"amount":20000,"bin":"941000","cash":"none","enteredMs":61000,"environment":"test","expiresMs":361000,"host":"unsent","last4":"0005","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":61000,"notSent":false,"scannedAtMs":1784784785000,"sequenceId":"01K000000002484328E668F2D2","stationId":"1","terminalId":"T0000001","type":"CHARGE"}}', X'fb2b2726a56c2c451674d65bccc236f257f9f6580b8ce8eee77feae026e7e720');
INSERT INTO journal VALUES (7, 1784784785010, 'received', '01K000000002484328E668F2D2', 6, '{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"cash_drawer":20000,"suspense":-20000},"set":{"cash":"received","enteredMs":61010,"expiresMs":null,"notBeforeMs":61010}}', X'7024f97af0dd83e6810287930f8982deaef7114e27f74e316659065b56e1da19');
INSERT INTO journal VALUES (8, 1784784785020, 'send', '01K000000002484328E668F2D2', 7, '{"actor":{"role":"terminal"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"bytesMayHaveLeft":true,"deadlineMs":76020,"enteredMs":61020,"firstSendMs":61020,"host":"sending","hostVersion":1,"misses":1,"notBeforeMs":61020,"sends":1}}', X'a2315ddd32af0d470fb7a34a237145652ebbdddf34de91ab779d11a5c767a8c0');
INSERT INTO journal VALUES (9, 1784784845000, 'declined', '01K000000002484328E668F2D2', 8, '{"actor":{"role":"terminal"},"detail":{"businessDate":"20260723","code":"006_005"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"customer_due":-20000,"suspense":20000},"set":{"businessDate":"20260723","cash":"return_due","deadlineMs":null,"declineCode":"006_005","enteredMs":121000,"firstSendMs":null,"host":"declined","hostVersion":2,"misses":0,"notBeforeMs":121000}}', X'd28c8a2dcc2e9bc4f551d38c4957b360c5001078ecbbfb0c0120c79488d4d9c8');
INSERT INTO journal VALUES (10, 1784784845000, 'givenBack', '01K000000002484328E668F2D2', 9, '{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"cash_drawer":-20000,"customer_due":20000},"set":{"cash":"returned"}}', X'0b6efcb9f9332868cd7e74251e1b4de4a2423eda75567d54f1c502a4e35bc6c8');
INSERT INTO journal VALUES (11, 1784784845000, 'acknowledge', '01K000000002484328E668F2D2', 10, '{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"acknowledged":true}}', X'6128f480f6e95b4d2627617038954c880fd78102f7105b73d528ecc0bc88782b');
INSERT INTO journal VALUES (12, 1784784845000, 'scanAccepted', '01K0000000030279C5875B25A3', 0, '{"actor":{"role":"terminal"},"detail":{"amount":30000,"stationId":"1","type":"CHARGE"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"amount":30000,"bin":"949133","cash":"none","enteredMs":121000,"environment":"test","expiresMs":421000,"host":"unsent","last4":"0009","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":121000,"notSent":false,"scannedAtMs":1784784845000,"sequenceId":"01K0000000030279C5875B25A3","stationId":"1","terminalId":"T0000001","type":"CHARGE"}}', X'3abd09712d39d5d670da56ad7c65ee63256f4c1364fc0fa2beb7764332e54c55');
INSERT INTO journal VALUES (13, 1784784845010, 'received', '01K0000000030279C5875B25A3', 12, '{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"cash_drawer":30000,"suspense":-30000},"set":{"cash":"received","enteredMs":121010,"expiresMs":null,"notBeforeMs":121010}}', X'24168f0324be2c5ab40bd62cfb297939c62ca6e1336c6ae6638c8beb4a57598c');
INSERT INTO journal VALUES (14, 1784784845020, 'send', '01K0000000030279C5875B25A3', 13, '{"actor":{"role":"terminal"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"bytesMayHaveLeft":true,"deadlineMs":136020,"enteredMs":121020,"firstSendMs":121020,"host":"sending","hostVersion":1,"misses":1,"notBeforeMs":121020,"sends":1}}', X'f4f624ae44b64a6485f75004f88a073452beaefe9a2e50b51c8b0209708d3a0b');
INSERT INTO journal VALUES (15, 1784784925000, 'unanswered', '01K0000000030279C5875B25A3', 14, '{"actor":{"role":"terminal"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"enteredMs":201000,"host":"unknown","hostVersion":2,"misses":0,"notBeforeMs":201000}}', X'2afce6e0726afb6505707eb41206bd514787fbfe1745af1ab7dd9907627b5e8b');
INSERT INTO journal VALUES (16, 1784784925000, 'deadline', '01K0000000030279C5875B25A3', 15, '{"actor":{"role":"terminal"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"customer_due":-30000,"suspense":30000},"set":{"cash":"return_due","deadlineMs":null,"firstSendMs":null,"host":"reversing","hostVersion":3,"netCancelReason":"TIMEOUT"}}', X'e36efe4d8629a17fffba2d373b690e7bc090be4d46601a5d00c1abb9e14600bb');
INSERT INTO journal VALUES (17, 1784784925000, 'netCancel', '01K0000000030279C5875B25A3', 16, '{"actor":{"role":"terminal"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"misses":1,"netCancels":1,"notBeforeMs":201160}}', X'41234b4aa3a145b17a767384d20c375286d6d61bdcdc5b69807e4a7d8a91a090');
INSERT INTO journal VALUES (18, 1784784926000, 'netCancelAcknowledged', '01K0000000030279C5875B25A3', 17, '{"actor":{"role":"terminal"},"detail":{"businessDate":"20260723","result":"REVERSED","tombstone":true},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"businessDate":"20260723","enteredMs":202000,"host":"reversed","hostVersion":4,"misses":0,"notBeforeMs":202000}}', X'2dd0a86c435a6f19fef340e4352517f749ee706749b8fa809d4aeac42fdb6e47');
INSERT INTO journal VALUES (19, 1784784927000, 'givenBack', '01K0000000030279C5875B25A3', 18, '{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"cash_drawer":-30000,"customer_due":30000},"set":{"cash":"returned","enteredMs":203000}}', X'4bcc128979cb5287b0cb78bd4d133abb0974a4adfa75da9af0b3247fcf3ff456');
INSERT INTO journal VALUES (20, 1784784965000, 'scanAccepted', '01K0000000048791B7DAC7FDD0', 0, '{"actor":{"role":"terminal"},"detail":{"amount":5000,"stationId":"1","type":"REFUND"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"amount":5000,"bin":"941000","cash":"none","enteredMs":241000,"environment":"test","expiresMs":541000,"host":"unsent","last4":"0005","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":241000,"notSent":false,"scannedAtMs":1784784965000,"sequenceId":"01K0000000048791B7DAC7FDD0","stationId":"1","terminalId":"T0000001","type":"REFUND"}}', X'cfd99e858176de22fa76e56dfae8d83a6c52519c4c41261406a0427fb48ff94e');
INSERT INTO journal VALUES (21, 1784784965000, 'request', '01K0000000048791B7DAC7FDD0', 20, '{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"confirmed":true}}', X'618cebbc9d8f7705507fe727c6fd337f2d04d3621bbd7818c53f19dce47f21f6');
INSERT INTO journal VALUES (22, 1784784965000, 'send', '01K0000000048791B7DAC7FDD0', 21, '{"actor":{"role":"terminal"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"bytesMayHaveLeft":true,"deadlineMs":256000,"firstSendMs":241000,"host":"sending","hostVersion":1,"misses":1,"sends":1}}', X'f92c4df73b86a727999ca70f7fc4efa0a595e5883aeb870d543eaed6703db563');
INSERT INTO journal VALUES (23, 1784784965000, 'approved', '01K0000000048791B7DAC7FDD0', 22, '{"actor":{"role":"terminal"},"detail":{"approval":{"approvalCode":"A00002","approvedAt":"20260723143206000","businessDate":"20260723","nrNumber":"KMN260723000000002"}},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"customer_due":-5000,"issuer_payable":5000},"set":{"approval":{"approvalCode":"A00002","approvedAt":"20260723143206000","businessDate":"20260723","nrNumber":"KMN260723000000002"},"businessDate":"20260723","cash":"payout_due","deadlineMs":null,"firstSendMs":null,"host":"approved","hostVersion":2,"misses":0}}', X'e2a9d61d882a008c79ebbac5f5b5223fbc5a274f1aae80499f661b1605206420');
INSERT INTO journal VALUES (24, 1784784969000, 'paidOut', '01K0000000048791B7DAC7FDD0', 23, '{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"cash_drawer":-5000,"customer_due":5000},"set":{"cash":"paid_out","enteredMs":245000}}', X'd60b0f4cb79396ad1bcc1d6d001755d15c463056d815164dabc80798335b1a13');
INSERT INTO journal VALUES (25, 1784784969100, 'acknowledge', '01K0000000048791B7DAC7FDD0', 24, '{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"acknowledged":true}}', X'9adb6249ff41e9721ab96875bdbaa9aacb2640f9cf44901c3fbdb71b9f1ed845');
INSERT INTO journal VALUES (26, 1784784965000, 'scanAccepted', '01K00000000544EC1DFA43EB90', 0, '{"actor":{"role":"terminal"},"detail":{"amount":40000,"stationId":"1","type":"CHARGE"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"amount":40000,"bin":"949133","cash":"none","enteredMs":241000,"environment":"test","expiresMs":541000,"host":"unsent","last4":"0009","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":241000,"notSent":false,"scannedAtMs":1784784965000,"sequenceId":"01K00000000544EC1DFA43EB90","stationId":"1","terminalId":"T0000001","type":"CHARGE"}}', X'3e03ff640858a3c49506eaa13f59975daf451cb2cab7437cbdc124a57392387e');
INSERT INTO journal VALUES (27, 1784784965010, 'received', '01K00000000544EC1DFA43EB90', 26, '{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"cash_drawer":40000,"suspense":-40000},"set":{"cash":"received","enteredMs":241010,"expiresMs":null,"notBeforeMs":241010}}', X'4cc2f05fddc44702515ad51c0cc7e37ac44e092c8062169bef3a17271e956528');
INSERT INTO journal VALUES (28, 1784784965020, 'send', '01K00000000544EC1DFA43EB90', 27, '{"actor":{"role":"terminal"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"bytesMayHaveLeft":true,"deadlineMs":256020,"enteredMs":241020,"firstSendMs":241020,"host":"sending","hostVersion":1,"misses":1,"notBeforeMs":241020,"sends":1}}', X'2e953d0a6cef8d89a70a49d68c328e3dd2c5b304797498fb7b1f236066b12aa9');
INSERT INTO journal VALUES (29, 1784784965030, 'approved', '01K00000000544EC1DFA43EB90', 28, '{"actor":{"role":"terminal"},"detail":{"approval":{"approvalCode":"A00003","approvedAt":"20260723143206000","businessDate":"20260723","nrNumber":"KMN260723000000003"}},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"issuer_payable":-40000,"suspense":40000},"set":{"approval":{"approvalCode":"A00003","approvedAt":"20260723143206000","businessDate":"20260723","nrNumber":"KMN260723000000003"},"businessDate":"20260723","deadlineMs":null,"enteredMs":241030,"firstSendMs":null,"host":"approved","hostVersion":2,"misses":0,"notBeforeMs":241030}}', X'4d70ab025ab6f8edf181a7efe6f1eb39ee768635909b2437ab87ddc15625b0d1');
INSERT INTO journal VALUES (30, 1784784965040, 'acknowledge', '01K00000000544EC1DFA43EB90', 29, '{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"acknowledged":true}}', X'22c1f3023571e6229f999af256216a5e391d359853daf39af28aa7626ef339b2');
INSERT INTO journal VALUES (31, 1784785030000, 'void', '01K00000000544EC1DFA43EB90', 30, '{"actor":{"id":"lee","reason":"손님 요청","role":"manager"},"detail":{"cancelId":"01K0VOID0000000000000001","managerId":"lee","proof":"manager"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"acknowledged":false,"enteredMs":306000,"host":"voiding","hostVersion":3,"notBeforeMs":306000,"voids":[{"cancelId":"01K0VOID0000000000000001","managerId":"lee","proof":"manager"}]}}', X'b73fa3afc2e743942bd16aa172e369afed4f317276dfb7436e548d41f4c0e3d7');
INSERT INTO journal VALUES (32, 1784785030100, 'voidSend', '01K00000000544EC1DFA43EB90', 31, '{"actor":{"role":"terminal"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"misses":1,"notBeforeMs":307092}}', X'f86536bbea7c035c793b103e9a8bc148b3e166b487250d1facf8055ca57dc770');
INSERT INTO journal VALUES (33, 1784785030200, 'voidDone', '01K00000000544EC1DFA43EB90', 32, '{"actor":{"role":"terminal"},"detail":{"businessDate":"20260723","cancelId":"01K0VOID0000000000000001","cancelNrNumber":"KMN260723000000099"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"customer_due":-40000,"issuer_payable":40000},"set":{"cash":"return_due","enteredMs":306200,"host":"voided","hostVersion":4,"misses":0,"notBeforeMs":306200,"voids":[{"cancelId":"01K0VOID0000000000000001","cancelNrNumber":"KMN260723000000099","managerId":"lee","outcome":"done","proof":"manager"}]}}', X'43656386a072663a70f062e8f6ba7c36f0a8928dbc924571c003db73317da033');
INSERT INTO journal VALUES (34, 1784785034000, 'givenBack', '01K00000000544EC1DFA43EB90', 33, '{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"cash_drawer":-40000,"customer_due":40000},"set":{"cash":"returned","enteredMs":310000}}', X'4fe4464d5ceec94c789006c8c5ac4ecfb1343620c78d9c6e45e1f44e70ada3d3');
INSERT INTO journal VALUES (35, 1784785085000, 'scanAccepted', '01K0000000068496257D4585D9', 0, '{"actor":{"role":"terminal"},"detail":{"amount":10000,"stationId":"1","type":"CHARGE"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"amount":10000,"bin":"941000","cash":"none","enteredMs":361000,"environment":"test","expiresMs":661000,"host":"unsent","last4":"0005","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":361000,"notSent":false,"scannedAtMs":1784785085000,"sequenceId":"01K0000000068496257D4585D9","stationId":"1","terminalId":"T0000001","type":"CHARGE"}}', X'a9a7f9eefdabb7a8c6008ce68196630ff22a6bdbcbce06db99d35afc1ffcd984');
INSERT INTO journal VALUES (36, 1784785085000, 'stop', '01K0000000068496257D4585D9', 35, '{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"expiresMs":null,"host":"closed","hostVersion":1,"question":"RE_CLOSED"}}', X'c5e11bbffcd718649b8255b8c41f83ee887cf10d77bdf7ac295dec8da54b35bf');
INSERT INTO journal VALUES (37, 1784785085000, 'answer', '01K0000000068496257D4585D9', 36, '{"actor":{"id":"kim","role":"cashier"},"detail":{"answer":"notTaken"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"question":null}}', X'78d86a7fa3f91be78b30ef227f3a48c0d6021d33e37393e4560e35e5f4b24eee');
INSERT INTO journal VALUES (38, 1784785085000, 'voucher', NULL, 0, '{"actor":{"id":"lee","reason":"손님 요청","role":"manager"},"voucher":{"caseNumber":"C-1","entries":{"cash_drawer":-1000,"store":1000},"reason":"count","sequenceId":null}}', X'5ac2e1a0a323b26bb27b5e72072d49e1d06f8725ccbdbc3e73340b34220017fe');
INSERT INTO journal VALUES (39, 1784785085000, 'dayVoucher', NULL, 0, '{"actor":{"id":"lee","reason":"손님 요청","role":"manager"},"businessDate":"20260723","detail":{"caseNumber":"C-1","cashDrawer":-1000,"issuerPayable":0,"voucher":38}}', X'bcc077e897188933dfc3a4c757acb940be5047cc08f9f83e644e52af16fb56c7');
INSERT INTO journal VALUES (40, 1784785145000, 'scanAccepted', '01K000000007A278C39BD919B6', 0, '{"actor":{"role":"terminal"},"detail":{"amount":7000,"stationId":"1","type":"CHARGE"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"amount":7000,"bin":"949133","cash":"none","enteredMs":421000,"environment":"test","expiresMs":721000,"host":"unsent","last4":"0009","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":421000,"notSent":false,"scannedAtMs":1784785145000,"sequenceId":"01K000000007A278C39BD919B6","stationId":"1","terminalId":"T0000001","type":"CHARGE"}}', X'7cbfb034ec8cc7700af6b467f90f0fc6e8d6ca30091fb10ff3dccd46ed53acff');
INSERT INTO journal VALUES (41, 1784785145000, 'received', '01K000000007A278C39BD919B6', 40, '{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"cash_drawer":7000,"suspense":-7000},"set":{"cash":"received","expiresMs":null}}', X'a6e1e4145eabf2b63c784338a674a5f4a5e1b99a6d5ae24c29337968d20ffa6f');
INSERT INTO journal VALUES (42, 1784785145000, 'creditLater', '01K000000007A278C39BD919B6', 41, '{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"deferred":-7000,"suspense":7000},"set":{"deferred":true}}', X'c692043e25a395ddf419111aa338ce66f4275e0b1c2dd86a07a43aed2f874c5e');
INSERT INTO journal VALUES (43, 1784785145000, 'keyRotated', NULL, 0, '{"actor":{"role":"terminal"},"detail":{"erased":0,"isLost":false,"resealed":1}}', X'd88328b02ae501d754e38e1c94b3172349699881ace93fc3044cee6b2798d63c');
INSERT INTO journal VALUES (44, 1784785145000, 'scanAccepted', '01K00000000827F1DA33FDEAF3', 0, '{"actor":{"role":"terminal"},"detail":{"amount":8000,"stationId":"1","type":"CHARGE"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"amount":8000,"bin":"941000","cash":"none","enteredMs":421000,"environment":"test","expiresMs":721000,"host":"unsent","last4":"0005","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":421000,"notSent":false,"scannedAtMs":1784785145000,"sequenceId":"01K00000000827F1DA33FDEAF3","stationId":"1","terminalId":"T0000001","type":"CHARGE"}}', X'6aec57884a3d453d33f61c4492c1c3e0b64175b7678c8f3d4edd391004e40a8b');
INSERT INTO journal VALUES (45, 1784785145010, 'received', '01K00000000827F1DA33FDEAF3', 44, '{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"cash_drawer":8000,"suspense":-8000},"set":{"cash":"received","enteredMs":421010,"expiresMs":null,"notBeforeMs":421010}}', X'354e2677679cda80ad022863ae50064269e4e633c0658eeed9b5c424b9fa8c6a');
INSERT INTO journal VALUES (46, 1784785145020, 'send', '01K00000000827F1DA33FDEAF3', 45, '{"actor":{"role":"terminal"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"bytesMayHaveLeft":true,"deadlineMs":436020,"enteredMs":421020,"firstSendMs":421020,"host":"sending","hostVersion":1,"misses":1,"notBeforeMs":421020,"sends":1}}', X'39d6468f8fe268a667997b8cab7ad5a11af3bd0e659236d307be65d3cb284d70');
INSERT INTO journal VALUES (47, 1784785207100, 'unanswered', '01K00000000827F1DA33FDEAF3', 46, '{"actor":{"role":"terminal"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"enteredMs":483100,"host":"unknown","hostVersion":2,"misses":0,"notBeforeMs":483100}}', X'42490b2f00ebd85c69c1e421d08baabedf7060b71487cd38d2e76e64e9e9d82b');
INSERT INTO journal VALUES (48, 1784785205000, 'scanAccepted', '01K000000009907BFB0CA64F24', 0, '{"actor":{"role":"terminal"},"detail":{"amount":9000,"stationId":"1","type":"CHARGE"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"amount":9000,"bin":"949133","cash":"none","enteredMs":481000,"environment":"test","expiresMs":781000,"host":"unsent","last4":"0009","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":481000,"notSent":false,"scannedAtMs":1784785205000,"sequenceId":"01K000000009907BFB0CA64F24","stationId":"1","terminalId":"T0000001","type":"CHARGE"}}', X'6db511a747d8fe8428f8308eae2a67192c847ff5595e070aafecc9619c952c9c');
INSERT INTO journal VALUES (49, 1784785205010, 'received', '01K000000009907BFB0CA64F24', 48, '{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"cash_drawer":9000,"suspense":-9000},"set":{"cash":"received","enteredMs":481010,"expiresMs":null,"notBeforeMs":481010}}', X'83f3eaab039596ae86311d16b0a55d906716ab36103db619e8c511ec8947e32c');
INSERT INTO journal VALUES (50, 1784785205020, 'send', '01K000000009907BFB0CA64F24', 49, '{"actor":{"role":"terminal"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"bytesMayHaveLeft":true,"deadlineMs":496020,"enteredMs":481020,"firstSendMs":481020,"host":"sending","hostVersion":1,"misses":1,"notBeforeMs":481020,"sends":1}}', X'1b73a865dbc38688f9d343366412aaa0b3921104df3dc3c4c1e0da8b5ea2620c');
INSERT INTO journal VALUES (51, 1784785265000, 'declined', '01K000000009907BFB0CA64F24', 50, '{"actor":{"role":"terminal"},"detail":{"businessDate":"20260723","code":"006_005"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"customer_due":-9000,"suspense":9000},"set":{"businessDate":"20260723","cash":"return_due","deadlineMs":null,"declineCode":"006_005","enteredMs":541000,"firstSendMs":null,"host":"declined","hostVersion":2,"misses":0,"notBeforeMs":541000}}', X'bc0852ec06d28fd90f26f18e643dc364f0adab5c129140e53604a6b77d03642c');
INSERT INTO journal VALUES (52, 1784785455000, 'leave', '01K000000009907BFB0CA64F24', 51, '{"actor":{"role":"terminal"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"cases":["LEFT_AT_COUNTER"],"left":true}}', X'96a1a16184d1cb58829ba3db5b8d56d1b9766c84e121a28e976b06f6b3b7413f');
INSERT INTO journal VALUES (53, 1784785325000, 'scanAccepted', '01K000000010CCF15BE8EEDE9E', 0, '{"actor":{"role":"terminal"},"detail":{"amount":6000,"stationId":"1","type":"REFUND"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"amount":6000,"bin":"941000","cash":"none","enteredMs":601000,"environment":"test","expiresMs":901000,"host":"unsent","last4":"0005","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":601000,"notSent":false,"scannedAtMs":1784785325000,"sequenceId":"01K000000010CCF15BE8EEDE9E","stationId":"1","terminalId":"T0000001","type":"REFUND"}}', X'3ed82c73bd11d18913358a3b420f2cf62a523643017764e40dcd9e0467ae393e');
INSERT INTO journal VALUES (54, 1784785325000, 'request', '01K000000010CCF15BE8EEDE9E', 53, '{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"confirmed":true}}', X'82a1ac3ff101f155ad414b9eb1494a78d56044b87619a6fa3171bcd522f58560');
INSERT INTO journal VALUES (55, 1784785325000, 'send', '01K000000010CCF15BE8EEDE9E', 54, '{"actor":{"role":"terminal"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"bytesMayHaveLeft":true,"deadlineMs":616000,"firstSendMs":601000,"host":"sending","hostVersion":1,"misses":1,"sends":1}}', X'3a0d1c3117947682da81d0d85ab79081837ba6348ec37742fde3bb7d238ac5a3');
INSERT INTO journal VALUES (56, 1784785325000, 'approved', '01K000000010CCF15BE8EEDE9E', 55, '{"actor":{"role":"terminal"},"detail":{"approval":{"approvalCode":"A00004","approvedAt":"20260723143206000","businessDate":"20260723","nrNumber":"KMN260723000000004"}},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"customer_due":-6000,"issuer_payable":6000},"set":{"approval":{"approvalCode":"A00004","approvedAt":"20260723143206000","businessDate":"20260723","nrNumber":"KMN260723000000004"},"businessDate":"20260723","cash":"payout_due","deadlineMs":null,"firstSendMs":null,"host":"approved","hostVersion":2,"misses":0}}', X'18f97891dd1f9c34c96dc0d2477ddff68b3d5a6469e57f04824f1b13baf26c6d');
INSERT INTO journal VALUES (57, 1784785385000, 'scanAccepted', '01K0000000119855235CA4907D', 0, '{"actor":{"role":"terminal"},"detail":{"amount":3000,"stationId":"1","type":"CHARGE"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"amount":3000,"bin":"949133","cash":"none","enteredMs":661000,"environment":"test","expiresMs":961000,"host":"unsent","last4":"0009","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":661000,"notSent":false,"scannedAtMs":1784785385000,"sequenceId":"01K0000000119855235CA4907D","stationId":"1","terminalId":"T0000001","type":"CHARGE"}}', X'703a3ba0d8dace5d9c506ffe0412f112d559bca38c418862f5db1baa0484cc6b');
INSERT INTO journal VALUES (58, 1784785385000, 'received', '01K0000000119855235CA4907D', 57, '{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"cash_drawer":3000,"suspense":-3000},"set":{"cash":"received","expiresMs":null}}', X'e9a435cedf63a9349c5705a182d47eb91af4d6c7ad4eb0d9ac55d5f308b1ae61');
INSERT INTO journal VALUES (59, 1784785445000, 'scanAccepted', '01K000000012E41DDB0F74F211', 0, '{"actor":{"role":"terminal"},"detail":{"amount":4000,"stationId":"1","type":"CHARGE"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"amount":4000,"bin":"941000","cash":"none","enteredMs":721000,"environment":"test","expiresMs":1021000,"host":"unsent","last4":"0005","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":721000,"notSent":false,"scannedAtMs":1784785445000,"sequenceId":"01K000000012E41DDB0F74F211","stationId":"1","terminalId":"T0000001","type":"CHARGE"}}', X'e4df455226edba779de81fc110d9dae930eb4718f39dc17c4fbe18bbd7cbe532');
CREATE TABLE intents (
  -- Index of the entry that accepted the scan: grows with acceptance, whatever the clock does.
  number INTEGER PRIMARY KEY,
  sequence_id TEXT NOT NULL UNIQUE,
  version INTEGER NOT NULL CHECK (version > 0),
  last_index INTEGER NOT NULL,
  type TEXT NOT NULL,
  host TEXT NOT NULL,
  cash TEXT NOT NULL,
  deferred INTEGER NOT NULL CHECK (deferred IN (0, 1)),
  amount INTEGER NOT NULL CHECK (amount BETWEEN 0 AND 999999),
  ended INTEGER NOT NULL CHECK (ended IN (0, 1)),
  has_case INTEGER NOT NULL CHECK (has_case IN (0, 1)),
  -- 2: not ended. 1: ended, with a case or without a page that showed its sentence. 0: nobody asks for it any more.
  attention INTEGER NOT NULL CHECK (attention IN (0, 1, 2)),
  station_id TEXT NOT NULL,
  business_date TEXT NOT NULL,
  scanned_at_ms INTEGER NOT NULL,
  last4 TEXT NOT NULL,
  card_hash BLOB,
  approval_code TEXT,
  nr_number TEXT,
  state TEXT NOT NULL,
  CHECK (
    (type = 'CHARGE' AND host IN ('unsent', 'sending', 'unknown', 'approved') AND cash = 'received')
    OR (type = 'CHARGE' AND deferred = 0 AND host IN ('unsent', 'closed') AND cash = 'none')
    OR (type = 'CHARGE' AND host IN ('declined', 'reversing', 'reversed', 'closed')
        AND cash IN ('return_due', 'returned'))
    OR (type = 'CHARGE' AND deferred = 0 AND host = 'voiding' AND cash = 'received')
    OR (type = 'CHARGE' AND deferred = 0 AND host = 'voided' AND cash IN ('return_due', 'returned'))
    OR (type = 'REFUND' AND deferred = 0 AND cash = 'none'
        AND host IN ('unsent', 'sending', 'unknown', 'declined', 'reversing', 'reversed', 'closed'))
    OR (type = 'REFUND' AND deferred = 0 AND host = 'approved' AND cash IN ('payout_due', 'paid_out'))
  )
) STRICT;
INSERT INTO intents VALUES (1, '01K000000001ABFA975C710807', 5, 5, 'CHARGE', 'approved', 'received', 0, 10000, 1, 0, 0, '1', '20260723', 1784784725000, '0009', X'185e8d52e60b6a02073dbdd433d4ff4e', 'A00001', 'KMN260723000000001', '{"acknowledged":true,"amount":10000,"approval":{"nrNumber":"KMN260723000000001","approvalCode":"A00001","approvedAt":"20260723143206000","businessDate":"20260723"},"bin":"949133","businessDate":"20260723","bytesMayHaveLeft":true,"cash":"received","enteredMs":1030,"environment":"test","expiresMs":null,"host":"approved","hostVersion":2,"last4":"0009","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":1030,"notSent":false,"scannedAtMs":1784784725000,"sends":1,"sequenceId":"01K000000001ABFA975C710807","stationId":"1","terminalId":"T0000001","type":"CHARGE","version":5}');
INSERT INTO intents VALUES (6, '01K000000002484328E668F2D2', 6, 11, 'CHARGE', 'declined', 'returned', 0, 20000, 1, 0, 0, '1', '20260723', 1784784785000, '0005', X'8e5ed6737b211bd8e1ffa5cc08a2e6f4', NULL, NULL, '{"acknowledged":true,"amount":20000,"bin":"941000","businessDate":"20260723","bytesMayHaveLeft":true,"cash":"returned","declineCode":"006_005","enteredMs":121000,"environment":"test","expiresMs":null,"host":"declined","hostVersion":2,"last4":"0005","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":121000,"notSent":false,"scannedAtMs":1784784785000,"sends":1,"sequenceId":"01K000000002484328E668F2D2","stationId":"1","terminalId":"T0000001","type":"CHARGE","version":6}');
INSERT INTO intents VALUES (12, '01K0000000030279C5875B25A3', 8, 19, 'CHARGE', 'reversed', 'returned', 0, 30000, 1, 0, 1, '1', '20260723', 1784784845000, '0009', X'185e8d52e60b6a02073dbdd433d4ff4e', NULL, NULL, '{"amount":30000,"bin":"949133","businessDate":"20260723","bytesMayHaveLeft":true,"cash":"returned","enteredMs":203000,"environment":"test","expiresMs":null,"host":"reversed","hostVersion":4,"last4":"0009","laterChosen":false,"merchantId":"M00000000000001","misses":0,"netCancelReason":"TIMEOUT","netCancels":1,"notBeforeMs":202000,"notSent":false,"scannedAtMs":1784784845000,"sends":1,"sequenceId":"01K0000000030279C5875B25A3","stationId":"1","terminalId":"T0000001","type":"CHARGE","version":8}');
INSERT INTO intents VALUES (20, '01K0000000048791B7DAC7FDD0', 6, 25, 'REFUND', 'approved', 'paid_out', 0, 5000, 1, 0, 0, '1', '20260723', 1784784965000, '0005', X'8e5ed6737b211bd8e1ffa5cc08a2e6f4', 'A00002', 'KMN260723000000002', '{"acknowledged":true,"amount":5000,"approval":{"nrNumber":"KMN260723000000002","approvalCode":"A00002","approvedAt":"20260723143206000","businessDate":"20260723"},"bin":"941000","businessDate":"20260723","bytesMayHaveLeft":true,"cash":"paid_out","confirmed":true,"enteredMs":245000,"environment":"test","expiresMs":541000,"host":"approved","hostVersion":2,"last4":"0005","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":241000,"notSent":false,"scannedAtMs":1784784965000,"sends":1,"sequenceId":"01K0000000048791B7DAC7FDD0","stationId":"1","terminalId":"T0000001","type":"REFUND","version":6}');
INSERT INTO intents VALUES (26, '01K00000000544EC1DFA43EB90', 9, 34, 'CHARGE', 'voided', 'returned', 0, 40000, 1, 0, 1, '1', '20260723', 1784784965000, '0009', X'185e8d52e60b6a02073dbdd433d4ff4e', 'A00003', 'KMN260723000000003', '{"amount":40000,"approval":{"nrNumber":"KMN260723000000003","approvalCode":"A00003","approvedAt":"20260723143206000","businessDate":"20260723"},"bin":"949133","businessDate":"20260723","bytesMayHaveLeft":true,"cash":"returned","enteredMs":310000,"environment":"test","expiresMs":null,"host":"voided","hostVersion":4,"last4":"0009","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":306200,"notSent":false,"scannedAtMs":1784784965000,"sends":1,"sequenceId":"01K00000000544EC1DFA43EB90","stationId":"1","terminalId":"T0000001","type":"CHARGE","version":9,"voids":[{"cancelId":"01K0VOID0000000000000001","proof":"manager","managerId":"lee","outcome":"done","cancelNrNumber":"KMN260723000000099"}]}');
INSERT INTO intents VALUES (35, '01K0000000068496257D4585D9', 3, 37, 'CHARGE', 'closed', 'none', 0, 10000, 1, 0, 1, '1', '20260723', 1784785085000, '0005', X'8e5ed6737b211bd8e1ffa5cc08a2e6f4', NULL, NULL, '{"amount":10000,"bin":"941000","cash":"none","enteredMs":361000,"environment":"test","expiresMs":null,"host":"closed","hostVersion":1,"last4":"0005","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":361000,"notSent":false,"scannedAtMs":1784785085000,"sequenceId":"01K0000000068496257D4585D9","stationId":"1","terminalId":"T0000001","type":"CHARGE","version":3}');
INSERT INTO intents VALUES (40, '01K000000007A278C39BD919B6', 3, 42, 'CHARGE', 'unsent', 'received', 1, 7000, 0, 0, 2, '1', '20260723', 1784785145000, '0009', X'185e8d52e60b6a02073dbdd433d4ff4e', NULL, NULL, '{"amount":7000,"bin":"949133","cash":"received","deferred":true,"enteredMs":421000,"environment":"test","expiresMs":null,"host":"unsent","last4":"0009","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":421000,"notSent":false,"scannedAtMs":1784785145000,"sequenceId":"01K000000007A278C39BD919B6","stationId":"1","terminalId":"T0000001","type":"CHARGE","version":3}');
INSERT INTO intents VALUES (44, '01K00000000827F1DA33FDEAF3', 4, 47, 'CHARGE', 'unknown', 'received', 0, 8000, 0, 0, 2, '1', '20260723', 1784785145000, '0005', X'cf6c0c36f22b4ef81c1a6f962d65605c', NULL, NULL, '{"amount":8000,"bin":"941000","bytesMayHaveLeft":true,"cash":"received","deadlineMs":436020,"enteredMs":483100,"environment":"test","expiresMs":null,"firstSendMs":421020,"host":"unknown","hostVersion":2,"last4":"0005","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":483100,"notSent":false,"scannedAtMs":1784785145000,"sends":1,"sequenceId":"01K00000000827F1DA33FDEAF3","stationId":"1","terminalId":"T0000001","type":"CHARGE","version":4}');
INSERT INTO intents VALUES (48, '01K000000009907BFB0CA64F24', 5, 52, 'CHARGE', 'declined', 'return_due', 0, 9000, 0, 1, 2, '1', '20260723', 1784785205000, '0009', X'ac2822909d0398562b910ce963c386f9', NULL, NULL, '{"amount":9000,"bin":"949133","businessDate":"20260723","bytesMayHaveLeft":true,"cases":["LEFT_AT_COUNTER"],"cash":"return_due","declineCode":"006_005","enteredMs":541000,"environment":"test","expiresMs":null,"host":"declined","hostVersion":2,"last4":"0009","laterChosen":false,"left":true,"merchantId":"M00000000000001","misses":0,"notBeforeMs":541000,"notSent":false,"scannedAtMs":1784785205000,"sends":1,"sequenceId":"01K000000009907BFB0CA64F24","stationId":"1","terminalId":"T0000001","type":"CHARGE","version":5}');
INSERT INTO intents VALUES (53, '01K000000010CCF15BE8EEDE9E', 4, 56, 'REFUND', 'approved', 'payout_due', 0, 6000, 0, 0, 2, '1', '20260723', 1784785325000, '0005', X'cf6c0c36f22b4ef81c1a6f962d65605c', 'A00004', 'KMN260723000000004', '{"amount":6000,"approval":{"nrNumber":"KMN260723000000004","approvalCode":"A00004","approvedAt":"20260723143206000","businessDate":"20260723"},"bin":"941000","businessDate":"20260723","bytesMayHaveLeft":true,"cash":"payout_due","confirmed":true,"enteredMs":601000,"environment":"test","expiresMs":901000,"host":"approved","hostVersion":2,"last4":"0005","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":601000,"notSent":false,"scannedAtMs":1784785325000,"sends":1,"sequenceId":"01K000000010CCF15BE8EEDE9E","stationId":"1","terminalId":"T0000001","type":"REFUND","version":4}');
INSERT INTO intents VALUES (57, '01K0000000119855235CA4907D', 2, 58, 'CHARGE', 'unsent', 'received', 0, 3000, 0, 0, 2, '1', '20260723', 1784785385000, '0009', X'ac2822909d0398562b910ce963c386f9', NULL, NULL, '{"amount":3000,"bin":"949133","cash":"received","enteredMs":661000,"environment":"test","expiresMs":null,"host":"unsent","last4":"0009","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":661000,"notSent":false,"scannedAtMs":1784785385000,"sequenceId":"01K0000000119855235CA4907D","stationId":"1","terminalId":"T0000001","type":"CHARGE","version":2}');
INSERT INTO intents VALUES (59, '01K000000012E41DDB0F74F211', 1, 59, 'CHARGE', 'unsent', 'none', 0, 4000, 0, 0, 2, '1', '20260723', 1784785445000, '0005', X'cf6c0c36f22b4ef81c1a6f962d65605c', NULL, NULL, '{"amount":4000,"bin":"941000","cash":"none","enteredMs":721000,"environment":"test","expiresMs":1021000,"host":"unsent","last4":"0005","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":721000,"notSent":false,"scannedAtMs":1784785445000,"sequenceId":"01K000000012E41DDB0F74F211","stationId":"1","terminalId":"T0000001","type":"CHARGE","version":1}');
CREATE INDEX intents_attention ON intents (attention, number) WHERE attention > 0;
CREATE TABLE vault (
  number INTEGER NOT NULL REFERENCES intents (number),
  kind TEXT NOT NULL CHECK (kind IN ('barcode', 'hash')),
  content BLOB NOT NULL,
  until_ms REAL,
  PRIMARY KEY (number, kind)
) STRICT, WITHOUT ROWID;
INSERT INTO vault VALUES (6, 'hash', X'6000cd6b4692b2364f44c7c04429e1e3', 721000);
INSERT INTO vault VALUES (12, 'hash', X'aa0aa6dcb6c22c4c3604fa692e8f404c', 721000);
INSERT INTO vault VALUES (20, 'hash', X'b6d600a84dcb2de74b1a4c9561abb86d', 721000);
INSERT INTO vault VALUES (26, 'hash', X'3ddb454ef23073093a30a7a7d22854dd', 721000);
INSERT INTO vault VALUES (40, 'barcode', X'984d6d04a8792398113b2c03db8d94f8deb512749e7872f2f8d7c4324ad3428d123159a83bbac10e4a3be614a8767dea1bf1a6aef0b3c11438818f', NULL);
INSERT INTO vault VALUES (40, 'hash', X'9035ed8473e5d5c9972a9475c4e889a2', NULL);
INSERT INTO vault VALUES (44, 'hash', X'dd13f98c7cbebd6e84547bd8272a9d18', NULL);
INSERT INTO vault VALUES (48, 'hash', X'0fc0e6d2ce81e051a71b3da74a99f8aa', NULL);
INSERT INTO vault VALUES (53, 'hash', X'680ee83907571516ca0da69782b6cf17', NULL);
INSERT INTO vault VALUES (57, 'barcode', X'7717f7bd8d22a7802397bc86137bbcbeb58dbd907a2d9b5fc21333a67c3b947a9038e930ed18a18ed5968cdb5f94257368e10dc5f7737f01fd6e1b', NULL);
INSERT INTO vault VALUES (57, 'hash', X'ee575ea2c329c2cdb8180f788e0ac685', NULL);
INSERT INTO vault VALUES (59, 'barcode', X'0f0e56c1703d2c4a1fd7857ebf3dc84e8b7febbb928d975a736483edd2c9b6a4bb52e80de841a32243a2f056e1324990cac735034bffa39ee150f4', NULL);
INSERT INTO vault VALUES (59, 'hash', X'65b4ee130b01c7e6b891f907441a5821', NULL);
CREATE TABLE hash_keys (
  generation INTEGER PRIMARY KEY,
  sealed BLOB NOT NULL
) STRICT;
INSERT INTO hash_keys VALUES (1, X'575d894c7fed9192b6154d462409b69bca83714a4c011367b6e439ecf9b445e33884f57b88ff6468f441eaa2028e455e82752e7d2cbb0b77af3f9127');
CREATE TABLE balances (
  account TEXT PRIMARY KEY,
  amount INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO balances VALUES ('cash_drawer', 31000);
INSERT INTO balances VALUES ('customer_due', -15000);
INSERT INTO balances VALUES ('deferred', -7000);
INSERT INTO balances VALUES ('dispute', 0);
INSERT INTO balances VALUES ('issuer_payable', 1000);
INSERT INTO balances VALUES ('store', 1000);
INSERT INTO balances VALUES ('suspense', -11000);
INSERT INTO balances VALUES ('unclaimed', 0);
CREATE TABLE day_totals (
  business_date TEXT NOT NULL,
  type TEXT NOT NULL,
  host TEXT NOT NULL,
  cash TEXT NOT NULL,
  deferred INTEGER NOT NULL,
  count INTEGER NOT NULL CHECK (count >= 0),
  sum INTEGER NOT NULL CHECK (sum >= 0),
  PRIMARY KEY (business_date, type, host, cash, deferred)
) STRICT, WITHOUT ROWID;
INSERT INTO day_totals VALUES ('20260723', 'CHARGE', 'approved', 'received', 0, 1, 10000);
INSERT INTO day_totals VALUES ('20260723', 'CHARGE', 'closed', 'none', 0, 1, 10000);
INSERT INTO day_totals VALUES ('20260723', 'CHARGE', 'declined', 'return_due', 0, 1, 9000);
INSERT INTO day_totals VALUES ('20260723', 'CHARGE', 'declined', 'returned', 0, 1, 20000);
INSERT INTO day_totals VALUES ('20260723', 'CHARGE', 'reversed', 'return_due', 0, 0, 0);
INSERT INTO day_totals VALUES ('20260723', 'CHARGE', 'reversed', 'returned', 0, 1, 30000);
INSERT INTO day_totals VALUES ('20260723', 'CHARGE', 'reversing', 'return_due', 0, 0, 0);
INSERT INTO day_totals VALUES ('20260723', 'CHARGE', 'sending', 'received', 0, 0, 0);
INSERT INTO day_totals VALUES ('20260723', 'CHARGE', 'unknown', 'received', 0, 1, 8000);
INSERT INTO day_totals VALUES ('20260723', 'CHARGE', 'unsent', 'none', 0, 1, 4000);
INSERT INTO day_totals VALUES ('20260723', 'CHARGE', 'unsent', 'received', 0, 1, 3000);
INSERT INTO day_totals VALUES ('20260723', 'CHARGE', 'unsent', 'received', 1, 1, 7000);
INSERT INTO day_totals VALUES ('20260723', 'CHARGE', 'voided', 'return_due', 0, 0, 0);
INSERT INTO day_totals VALUES ('20260723', 'CHARGE', 'voided', 'returned', 0, 1, 40000);
INSERT INTO day_totals VALUES ('20260723', 'CHARGE', 'voiding', 'received', 0, 0, 0);
INSERT INTO day_totals VALUES ('20260723', 'REFUND', 'approved', 'paid_out', 0, 1, 5000);
INSERT INTO day_totals VALUES ('20260723', 'REFUND', 'approved', 'payout_due', 0, 1, 6000);
INSERT INTO day_totals VALUES ('20260723', 'REFUND', 'sending', 'none', 0, 0, 0);
INSERT INTO day_totals VALUES ('20260723', 'REFUND', 'unsent', 'none', 0, 0, 0);
CREATE TABLE days (
  business_date TEXT PRIMARY KEY,
  first_number INTEGER NOT NULL,
  last_number INTEGER
) STRICT, WITHOUT ROWID;
INSERT INTO days VALUES ('20260723', 1, NULL);
CREATE TABLE search (
  term TEXT NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (term, number)
) STRICT, WITHOUT ROWID;
INSERT INTO search VALUES ('4:0005', 6);
INSERT INTO search VALUES ('4:0005', 20);
INSERT INTO search VALUES ('4:0005', 35);
INSERT INTO search VALUES ('4:0009', 1);
INSERT INTO search VALUES ('4:0009', 12);
INSERT INTO search VALUES ('4:0009', 26);
INSERT INTO search VALUES ('a:A00001', 1);
INSERT INTO search VALUES ('a:A00002', 20);
INSERT INTO search VALUES ('a:A00003', 26);
INSERT INTO search VALUES ('c:GF6NUuYLagIHPb3UM9T_Tg', 1);
INSERT INTO search VALUES ('c:GF6NUuYLagIHPb3UM9T_Tg', 12);
INSERT INTO search VALUES ('c:GF6NUuYLagIHPb3UM9T_Tg', 26);
INSERT INTO search VALUES ('c:jl7Wc3shG9jh_6XMCKLm9A', 6);
INSERT INTO search VALUES ('c:jl7Wc3shG9jh_6XMCKLm9A', 20);
INSERT INTO search VALUES ('c:jl7Wc3shG9jh_6XMCKLm9A', 35);
INSERT INTO search VALUES ('n:KMN260723000000001', 1);
INSERT INTO search VALUES ('n:KMN260723000000002', 20);
INSERT INTO search VALUES ('n:KMN260723000000003', 26);
INSERT INTO search VALUES ('r:5C710807', 1);
INSERT INTO search VALUES ('r:7D4585D9', 35);
INSERT INTO search VALUES ('r:875B25A3', 12);
INSERT INTO search VALUES ('r:DAC7FDD0', 20);
INSERT INTO search VALUES ('r:E668F2D2', 6);
INSERT INTO search VALUES ('r:FA43EB90', 26);
CREATE TABLE business_days (
  business_date TEXT PRIMARY KEY CHECK (length(business_date) = 8),
  last_index INTEGER NOT NULL,
  entries INTEGER NOT NULL CHECK (entries > 0),
  sealed_index INTEGER,
  issuer_payable INTEGER NOT NULL,
  cash_drawer INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO business_days VALUES ('20260723', 39, 1, NULL, 0, -1000);
CREATE TRIGGER journal_is_never_edited BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_is_never_shortened BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_grows_at_its_end BEFORE INSERT ON journal
WHEN NEW.idx <> (SELECT coalesce(max(idx), 0) + 1 FROM journal)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
PRAGMA application_id = 1263823212;
PRAGMA user_version = 2;
