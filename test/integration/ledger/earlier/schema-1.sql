-- A ledger of schema 1 as sqlite3 dumped it: every kind of end, what was still open, a voucher, a rotated key.
-- Key: 08b2655a559cb942e93345d159553dd1e8b96e6b28fbbd5ceea8c08d5c9c8e50
-- Head: 61:72fd4900070743da4f68e724b7eac4780f2eaf469f8bbfb313c30673428035a0
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES('key_id','fb265f7cd34cb5b8a084a7d84e30a012');
INSERT INTO meta VALUES('ledger_id','d057f5b395bd2819');
INSERT INTO meta VALUES('searched','38');
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
INSERT INTO journal VALUES(1,1784784725000,'started',NULL,0,'{"actor":{"role":"terminal"},"detail":{"agentVersion":"0.1.0"}}',X'db667174986549cfeee53c9d7110fc390b631544ec1668c4d2a545abfb7db2a8');
INSERT INTO journal VALUES(2,1784784785000,'scanAccepted','01K000000001DE5DF5938C660B',0,'{"actor":{"role":"terminal"},"detail":{"amount":10000,"stationId":"1","type":"CHARGE"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"amount":10000,"bin":"941000","cash":"none","enteredMs":61000,"environment":"test","expiresMs":361000,"host":"unsent","last4":"0005","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":61000,"notSent":false,"scannedAtMs":1784784785000,"sequenceId":"01K000000001DE5DF5938C660B","stationId":"1","terminalId":"T0000001","type":"CHARGE"}}',X'85d9d0ac3e1e5a18f7c07173e5a0ed627707f0be46b1faddac115b87a84ba270');
INSERT INTO journal VALUES(3,1784784785010,'received','01K000000001DE5DF5938C660B',2,'{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"cash_drawer":10000,"suspense":-10000},"set":{"cash":"received","enteredMs":61010,"expiresMs":null,"notBeforeMs":61010}}',X'db308cfda0eb5dfa2f9ed9a3721d99df1af8c54eed26084bcfc89b391daf34ba');
INSERT INTO journal VALUES(4,1784784785020,'send','01K000000001DE5DF5938C660B',3,'{"actor":{"role":"terminal"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"bytesMayHaveLeft":true,"deadlineMs":76020,"enteredMs":61020,"firstSendMs":61020,"host":"sending","hostVersion":1,"misses":1,"notBeforeMs":61020,"sends":1}}',X'0dcae7319fc04e750655aa2ec703c939926d49811052ef412396ab40d48e714b');
INSERT INTO journal VALUES(5,1784784785030,'approved','01K000000001DE5DF5938C660B',4,'{"actor":{"role":"terminal"},"detail":{"approval":{"approvalCode":"A00001","approvedAt":"20260723143206000","businessDate":"20260723","nrNumber":"KMN260723000000001"}},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"issuer_payable":-10000,"suspense":10000},"set":{"approval":{"approvalCode":"A00001","approvedAt":"20260723143206000","businessDate":"20260723","nrNumber":"KMN260723000000001"},"businessDate":"20260723","deadlineMs":null,"enteredMs":61030,"firstSendMs":null,"host":"approved","hostVersion":2,"misses":0,"notBeforeMs":61030}}',X'24a59923b68ccbf89103ac0d0b2b9937daac6959928f453d5e010bd4b123ba09');
INSERT INTO journal VALUES(6,1784784785040,'acknowledge','01K000000001DE5DF5938C660B',5,'{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"acknowledged":true}}',X'5722f9fae08a3d584d64844c902586a4b032308f3f96df400bfbd355477bd07f');
INSERT INTO journal VALUES(7,1784784845000,'scanAccepted','01K000000002E83EAF82560703',0,'{"actor":{"role":"terminal"},"detail":{"amount":20000,"stationId":"1","type":"CHARGE"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"amount":20000,"bin":"949133","cash":"none","enteredMs":121000,"environment":"test","expiresMs":421000,"host":"unsent","last4":"0009","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":121000,"notSent":false,"scannedAtMs":1784784845000,"sequenceId":"01K000000002E83EAF82560703","stationId":"1","terminalId":"T0000001","type":"CHARGE"}}',X'594647f8d10cb40384981c40ffd6727772741487099f69b7823f9dd25519eb21');
INSERT INTO journal VALUES(8,1784784845010,'received','01K000000002E83EAF82560703',7,'{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"cash_drawer":20000,"suspense":-20000},"set":{"cash":"received","enteredMs":121010,"expiresMs":null,"notBeforeMs":121010}}',X'cf02bf89ca38cb3480141aa74b4a7d136a3f78ec6366baaf8da782df8b861352');
INSERT INTO journal VALUES(9,1784784845020,'send','01K000000002E83EAF82560703',8,'{"actor":{"role":"terminal"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"bytesMayHaveLeft":true,"deadlineMs":136020,"enteredMs":121020,"firstSendMs":121020,"host":"sending","hostVersion":1,"misses":1,"notBeforeMs":121020,"sends":1}}',X'd420c7ed2ddc87a7d2c98e9fc4c7cafa977036e77296b390eabe9820619d20cf');
INSERT INTO journal VALUES(10,1784784845030,'declined','01K000000002E83EAF82560703',9,'{"actor":{"role":"terminal"},"detail":{"businessDate":"20260723","code":"006_005"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"customer_due":-20000,"suspense":20000},"set":{"businessDate":"20260723","cash":"return_due","deadlineMs":null,"declineCode":"006_005","enteredMs":121030,"firstSendMs":null,"host":"declined","hostVersion":2,"misses":0,"notBeforeMs":121030}}',X'81672430222dd1c38d99a14c07f7cf87812e05277848f6c3620b5e9e4a65c0f9');
INSERT INTO journal VALUES(11,1784784848000,'givenBack','01K000000002E83EAF82560703',10,'{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"cash_drawer":-20000,"customer_due":20000},"set":{"cash":"returned","enteredMs":124000}}',X'0e44353db79e1436f14135532b7a5efbc6b33edafa87c8c0ebc8a8ecf6db8679');
INSERT INTO journal VALUES(12,1784784848100,'acknowledge','01K000000002E83EAF82560703',11,'{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"acknowledged":true}}',X'8537c4e4c672877464ac200a7c709a8c55876f2a10a8f51624fcf09e3e84ee8d');
INSERT INTO journal VALUES(13,1784784905000,'scanAccepted','01K00000000371DABA5EFFC48B',0,'{"actor":{"role":"terminal"},"detail":{"amount":30000,"stationId":"1","type":"CHARGE"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"amount":30000,"bin":"941000","cash":"none","enteredMs":181000,"environment":"test","expiresMs":481000,"host":"unsent","last4":"0005","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":181000,"notSent":false,"scannedAtMs":1784784905000,"sequenceId":"01K00000000371DABA5EFFC48B","stationId":"1","terminalId":"T0000001","type":"CHARGE"}}',X'910f82fdaae5897f72a3d803ebd1049eb84f53b779e33932ff8f8ee1cbb59d8e');
INSERT INTO journal VALUES(14,1784784905010,'received','01K00000000371DABA5EFFC48B',13,'{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"cash_drawer":30000,"suspense":-30000},"set":{"cash":"received","enteredMs":181010,"expiresMs":null,"notBeforeMs":181010}}',X'632b8d95cdd74c0e6069430bfb404ca9b239c0c3d040f88b235e97cd6fb9d047');
INSERT INTO journal VALUES(15,1784784905020,'send','01K00000000371DABA5EFFC48B',14,'{"actor":{"role":"terminal"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"bytesMayHaveLeft":true,"deadlineMs":196020,"enteredMs":181020,"firstSendMs":181020,"host":"sending","hostVersion":1,"misses":1,"notBeforeMs":181020,"sends":1}}',X'4cfc0a6c021de7de959a94d90d0d215e7296d4b2105bdc7ad405226e3abe4b20');
INSERT INTO journal VALUES(16,1784784907100,'unanswered','01K00000000371DABA5EFFC48B',15,'{"actor":{"role":"terminal"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"enteredMs":183100,"host":"unknown","hostVersion":2,"misses":0,"notBeforeMs":183100}}',X'4d5b179cadced75623c4ad54ae9de4170f00a82a637d3f39c7a31a39c150e815');
INSERT INTO journal VALUES(17,1784784921000,'deadline','01K00000000371DABA5EFFC48B',16,'{"actor":{"role":"terminal"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"customer_due":-30000,"suspense":30000},"set":{"cash":"return_due","deadlineMs":null,"enteredMs":197000,"firstSendMs":null,"host":"reversing","hostVersion":3,"netCancelReason":"TIMEOUT","notBeforeMs":197000}}',X'eb08189b1c49bb5959ea3c6a669430b334f8d935ec3b992692f7d75826e0e395');
INSERT INTO journal VALUES(18,1784784921100,'netCancel','01K00000000371DABA5EFFC48B',17,'{"actor":{"role":"terminal"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"misses":1,"netCancels":1,"notBeforeMs":197411}}',X'9f030cb0b0663bf49a0674ff0b79c240c8a7461dea2ad89c894ea668caab5cb3');
INSERT INTO journal VALUES(19,1784784921200,'netCancelAcknowledged','01K00000000371DABA5EFFC48B',18,'{"actor":{"role":"terminal"},"detail":{"businessDate":"20260723","result":"REVERSED","tombstone":true},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"businessDate":"20260723","enteredMs":197200,"host":"reversed","hostVersion":4,"misses":0,"notBeforeMs":197200}}',X'06b66298f2301382b41aa8082b9bd86f7907dea450ddd31987d9fac4e663874f');
INSERT INTO journal VALUES(20,1784784925000,'givenBack','01K00000000371DABA5EFFC48B',19,'{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"cash_drawer":-30000,"customer_due":30000},"set":{"cash":"returned","enteredMs":201000}}',X'e6086cf674ffe4102b7735989a439efad233950ffb7db0e8e4b43a334cd8fb7a');
INSERT INTO journal VALUES(21,1784784925100,'acknowledge','01K00000000371DABA5EFFC48B',20,'{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"acknowledged":true}}',X'3cb080f28b0cd7c760c3ef530b3f5249bc081525694ef4c2347a573136f4b508');
INSERT INTO journal VALUES(22,1784784965000,'scanAccepted','01K000000004A507C4129E2216',0,'{"actor":{"role":"terminal"},"detail":{"amount":5000,"stationId":"1","type":"REFUND"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"amount":5000,"bin":"949133","cash":"none","enteredMs":241000,"environment":"test","expiresMs":541000,"host":"unsent","last4":"0009","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":241000,"notSent":false,"scannedAtMs":1784784965000,"sequenceId":"01K000000004A507C4129E2216","stationId":"1","terminalId":"T0000001","type":"REFUND"}}',X'17f7e302e63b2055d3a76141ffcd79d442a969be279e869dec23ca7d17901382');
INSERT INTO journal VALUES(23,1784784965010,'request','01K000000004A507C4129E2216',22,'{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"confirmed":true,"enteredMs":241010,"notBeforeMs":241010}}',X'c737cb013cd6441338eb91cf84580c0d9cae4d2ba1504a9f5dfc8aab6e336b6f');
INSERT INTO journal VALUES(24,1784784965020,'send','01K000000004A507C4129E2216',23,'{"actor":{"role":"terminal"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"bytesMayHaveLeft":true,"deadlineMs":256020,"enteredMs":241020,"firstSendMs":241020,"host":"sending","hostVersion":1,"misses":1,"notBeforeMs":241020,"sends":1}}',X'e17ebe21a62309d37d25ac079d6bbb92c24fa46b92c00f977c0d23935cbf556b');
INSERT INTO journal VALUES(25,1784784965030,'approved','01K000000004A507C4129E2216',24,'{"actor":{"role":"terminal"},"detail":{"approval":{"approvalCode":"A00002","approvedAt":"20260723143206000","businessDate":"20260723","nrNumber":"KMN260723000000002"}},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"customer_due":-5000,"issuer_payable":5000},"set":{"approval":{"approvalCode":"A00002","approvedAt":"20260723143206000","businessDate":"20260723","nrNumber":"KMN260723000000002"},"businessDate":"20260723","cash":"payout_due","deadlineMs":null,"enteredMs":241030,"firstSendMs":null,"host":"approved","hostVersion":2,"misses":0,"notBeforeMs":241030}}',X'9833ccad6f5f804c341400a24b03d2a63e439d1e2e1ed3f007d3720187b4cea5');
INSERT INTO journal VALUES(26,1784784969000,'paidOut','01K000000004A507C4129E2216',25,'{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"cash_drawer":-5000,"customer_due":5000},"set":{"cash":"paid_out","enteredMs":245000}}',X'b27498bdbaf37bea4d24721781fef9f6cb4aa0ce6d5118facb647dc4b1269eea');
INSERT INTO journal VALUES(27,1784784969100,'acknowledge','01K000000004A507C4129E2216',26,'{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"acknowledged":true}}',X'7edc6fa5560044d0ea055f29fec26f4b939915f2874eef88b32cb670e44010bb');
INSERT INTO journal VALUES(28,1784785025000,'scanAccepted','01K0000000058F30407E87854A',0,'{"actor":{"role":"terminal"},"detail":{"amount":40000,"stationId":"1","type":"CHARGE"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"amount":40000,"bin":"941000","cash":"none","enteredMs":301000,"environment":"test","expiresMs":601000,"host":"unsent","last4":"0005","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":301000,"notSent":false,"scannedAtMs":1784785025000,"sequenceId":"01K0000000058F30407E87854A","stationId":"1","terminalId":"T0000001","type":"CHARGE"}}',X'6d8c6670374065b94b63ad7c675e8a59c1623be820ce23e3c507d3f9e38a7e6a');
INSERT INTO journal VALUES(29,1784785025010,'received','01K0000000058F30407E87854A',28,'{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"cash_drawer":40000,"suspense":-40000},"set":{"cash":"received","enteredMs":301010,"expiresMs":null,"notBeforeMs":301010}}',X'56312c124a49f83840a7d44e64ef7d11ccf43ad3686fe841a44ba5f7e6643aee');
INSERT INTO journal VALUES(30,1784785025020,'send','01K0000000058F30407E87854A',29,'{"actor":{"role":"terminal"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"bytesMayHaveLeft":true,"deadlineMs":316020,"enteredMs":301020,"firstSendMs":301020,"host":"sending","hostVersion":1,"misses":1,"notBeforeMs":301020,"sends":1}}',X'dfb643025722e96852f18d984ddcebd7bbb0074c12d78af44665d2ab3f1b98c2');
INSERT INTO journal VALUES(31,1784785025030,'approved','01K0000000058F30407E87854A',30,'{"actor":{"role":"terminal"},"detail":{"approval":{"approvalCode":"A00003","approvedAt":"20260723143206000","businessDate":"20260723","nrNumber":"KMN260723000000003"}},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"issuer_payable":-40000,"suspense":40000},"set":{"approval":{"approvalCode":"A00003","approvedAt":"20260723143206000","businessDate":"20260723","nrNumber":"KMN260723000000003"},"businessDate":"20260723","deadlineMs":null,"enteredMs":301030,"firstSendMs":null,"host":"approved","hostVersion":2,"misses":0,"notBeforeMs":301030}}',X'7a59735300bee891ad04704a309462d2f8444473f2cf276e64baa1542c2e61e5');
INSERT INTO journal VALUES(32,1784785025040,'acknowledge','01K0000000058F30407E87854A',31,'{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"acknowledged":true}}',X'a985ad3487c6fd004fce0ad7e41b6b3e6268731635e4a6962a7e19d40b1bfbfb');
INSERT INTO journal VALUES(33,1784785030000,'void','01K0000000058F30407E87854A',32,'{"actor":{"id":"lee","reason":"손님 요청","role":"manager"},"detail":{"cancelId":"01K0VOID0000000000000001","managerId":"lee","proof":"manager"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"acknowledged":false,"enteredMs":306000,"host":"voiding","hostVersion":3,"notBeforeMs":306000,"voids":[{"cancelId":"01K0VOID0000000000000001","managerId":"lee","proof":"manager"}]}}',X'eb44760eaba68fb18d9d8f11b32aa42ca6727f5d30fa79b43b37cd6e9c80da82');
INSERT INTO journal VALUES(34,1784785030100,'voidSend','01K0000000058F30407E87854A',33,'{"actor":{"role":"terminal"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"misses":1,"notBeforeMs":306763}}',X'096f543447dacc0b5e982d53eabaf7eac98e6fa5049962c0d324fcaff25262ca');
INSERT INTO journal VALUES(35,1784785030200,'voidDone','01K0000000058F30407E87854A',34,'{"actor":{"role":"terminal"},"detail":{"businessDate":"20260723","cancelId":"01K0VOID0000000000000001","cancelNrNumber":"KMN260723000000099"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"customer_due":-40000,"issuer_payable":40000},"set":{"cash":"return_due","enteredMs":306200,"host":"voided","hostVersion":4,"misses":0,"notBeforeMs":306200,"voids":[{"cancelId":"01K0VOID0000000000000001","cancelNrNumber":"KMN260723000000099","managerId":"lee","outcome":"done","proof":"manager"}]}}',X'75f844c34ba4b87160589126461b2ae519b1fe980f5e94bdc8ba4bd8285e6405');
INSERT INTO journal VALUES(36,1784785034000,'givenBack','01K0000000058F30407E87854A',35,'{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"cash_drawer":-40000,"customer_due":40000},"set":{"cash":"returned","enteredMs":310000}}',X'3c73c4c4444fd5896bdf0c655e8306352ea437d946699492418cd0371c72badc');
INSERT INTO journal VALUES(37,1784785034100,'acknowledge','01K0000000058F30407E87854A',36,'{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"acknowledged":true}}',X'fd1a7f178728d46a8c304c0e0c1885e0f656ada7e098620d4c53279cf10c50d0');
INSERT INTO journal VALUES(38,1784785085000,'scanAccepted','01K00000000601AB8548C70881',0,'{"actor":{"role":"terminal"},"detail":{"amount":10000,"stationId":"1","type":"CHARGE"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"amount":10000,"bin":"949133","cash":"none","enteredMs":361000,"environment":"test","expiresMs":661000,"host":"unsent","last4":"0009","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":361000,"notSent":false,"scannedAtMs":1784785085000,"sequenceId":"01K00000000601AB8548C70881","stationId":"1","terminalId":"T0000001","type":"CHARGE"}}',X'59bbfa44f0b7aa2921f129eaba68d7e14916fb879095f98d9b49a0737dc57a4d');
INSERT INTO journal VALUES(39,1784785086000,'stop','01K00000000601AB8548C70881',38,'{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"enteredMs":362000,"expiresMs":null,"host":"closed","hostVersion":1,"notBeforeMs":362000,"question":"RE_CLOSED"}}',X'a564c861138fc1790c1ac16bde2c2540a44c725a6f1285aaded62175aeef2893');
INSERT INTO journal VALUES(40,1784785087000,'answer','01K00000000601AB8548C70881',39,'{"actor":{"id":"kim","role":"cashier"},"detail":{"answer":"notTaken"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"enteredMs":363000,"question":null}}',X'bfac20d5439821ac8ae05eb98acc679bd12a21372d3db449ba8699dfa2163ca6');
INSERT INTO journal VALUES(41,1784785087100,'acknowledge','01K00000000601AB8548C70881',40,'{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"acknowledged":true}}',X'6bc1ced267a7fc15a7d72c7cfe448e2780f9a7e01e9e747439d7daf6f8d34350');
INSERT INTO journal VALUES(42,1784785145000,'voucher',NULL,0,'{"actor":{"id":"lee","reason":"손님 요청","role":"manager"},"voucher":{"caseNumber":"C-1","entries":{"cash_drawer":-1000,"store":1000},"reason":"count","sequenceId":null}}',X'a2288722191d3746702bc5291bf4594e8e4e58ac35bdc74eb257c5e5c147f289');
INSERT INTO journal VALUES(43,1784785205000,'scanAccepted','01K0000000078BA988D4382EE9',0,'{"actor":{"role":"terminal"},"detail":{"amount":7000,"stationId":"1","type":"CHARGE"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"amount":7000,"bin":"941000","cash":"none","enteredMs":481000,"environment":"test","expiresMs":781000,"host":"unsent","last4":"0005","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":481000,"notSent":false,"scannedAtMs":1784785205000,"sequenceId":"01K0000000078BA988D4382EE9","stationId":"1","terminalId":"T0000001","type":"CHARGE"}}',X'102fd61412289322173df439a3f15fe61d5bca2eb1c19f4e5601d0d60abc4609');
INSERT INTO journal VALUES(44,1784785205100,'received','01K0000000078BA988D4382EE9',43,'{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"cash_drawer":7000,"suspense":-7000},"set":{"cash":"received","enteredMs":481100,"expiresMs":null,"notBeforeMs":481100}}',X'e04cfe537d223b3e1776f71d3466c854ac098e8b7fb4fc0e9bf71deb56ea5d69');
INSERT INTO journal VALUES(45,1784785205200,'creditLater','01K0000000078BA988D4382EE9',44,'{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"deferred":-7000,"suspense":7000},"set":{"deferred":true,"enteredMs":481200,"notBeforeMs":481200}}',X'55b0d4e688d2867d07dedb52d442d275b734c2d7a3c85f3d89ee604935dfd2a7');
INSERT INTO journal VALUES(46,1784785206000,'keyRotated',NULL,0,'{"actor":{"role":"terminal"},"detail":{"erased":0,"isLost":false,"resealed":1}}',X'532971cd42bd27c0b22fae5f0c62973f854bcdd6845854a6234e329c053922f3');
INSERT INTO journal VALUES(47,1784785325000,'scanAccepted','01K000000008A1A9963E8AC6B4',0,'{"actor":{"role":"terminal"},"detail":{"amount":8000,"stationId":"1","type":"CHARGE"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"amount":8000,"bin":"949133","cash":"none","enteredMs":601000,"environment":"test","expiresMs":901000,"host":"unsent","last4":"0009","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":601000,"notSent":false,"scannedAtMs":1784785325000,"sequenceId":"01K000000008A1A9963E8AC6B4","stationId":"1","terminalId":"T0000001","type":"CHARGE"}}',X'bdcf8c6f100310a70fc7298d1bf08542ff36057721f1ff4ca4875deb85b6829b');
INSERT INTO journal VALUES(48,1784785325010,'received','01K000000008A1A9963E8AC6B4',47,'{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"cash_drawer":8000,"suspense":-8000},"set":{"cash":"received","enteredMs":601010,"expiresMs":null,"notBeforeMs":601010}}',X'89fd2a1a769062694f6c76dae466f04e2883387338a5a600b8bfe975c0e08911');
INSERT INTO journal VALUES(49,1784785325020,'send','01K000000008A1A9963E8AC6B4',48,'{"actor":{"role":"terminal"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"bytesMayHaveLeft":true,"deadlineMs":616020,"enteredMs":601020,"firstSendMs":601020,"host":"sending","hostVersion":1,"misses":1,"notBeforeMs":601020,"sends":1}}',X'db189b8d7645257fe18db7041e5b1614992e91f5a6ed8c8b05e8058b8e5dce54');
INSERT INTO journal VALUES(50,1784785327100,'unanswered','01K000000008A1A9963E8AC6B4',49,'{"actor":{"role":"terminal"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"enteredMs":603100,"host":"unknown","hostVersion":2,"misses":0,"notBeforeMs":603100}}',X'6d1e3dad7f571b96f1b67ef86789528e76b94fa0fcc32e4adfe88391ab5a39d6');
INSERT INTO journal VALUES(51,1784785385000,'scanAccepted','01K000000009CE60A1D32D7940',0,'{"actor":{"role":"terminal"},"detail":{"amount":9000,"stationId":"1","type":"CHARGE"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"amount":9000,"bin":"941000","cash":"none","enteredMs":661000,"environment":"test","expiresMs":961000,"host":"unsent","last4":"0005","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":661000,"notSent":false,"scannedAtMs":1784785385000,"sequenceId":"01K000000009CE60A1D32D7940","stationId":"1","terminalId":"T0000001","type":"CHARGE"}}',X'bc1faed4b0004ec2bf0a6e98723c64ba36ac1f89369673fd2a939f9258974702');
INSERT INTO journal VALUES(52,1784785385010,'received','01K000000009CE60A1D32D7940',51,'{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"cash_drawer":9000,"suspense":-9000},"set":{"cash":"received","enteredMs":661010,"expiresMs":null,"notBeforeMs":661010}}',X'bc95dc4f8f74acb8ad686b3341f7058c08f1926757d7c0292128f5def6123162');
INSERT INTO journal VALUES(53,1784785385020,'send','01K000000009CE60A1D32D7940',52,'{"actor":{"role":"terminal"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"bytesMayHaveLeft":true,"deadlineMs":676020,"enteredMs":661020,"firstSendMs":661020,"host":"sending","hostVersion":1,"misses":1,"notBeforeMs":661020,"sends":1}}',X'e919858b79bad93fc37fb4bd747f50612556c8dd2c29711e4932e23a3615067d');
INSERT INTO journal VALUES(54,1784785385030,'declined','01K000000009CE60A1D32D7940',53,'{"actor":{"role":"terminal"},"detail":{"businessDate":"20260723","code":"006_005"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"customer_due":-9000,"suspense":9000},"set":{"businessDate":"20260723","cash":"return_due","deadlineMs":null,"declineCode":"006_005","enteredMs":661030,"firstSendMs":null,"host":"declined","hostVersion":2,"misses":0,"notBeforeMs":661030}}',X'e837542ec800698fa732f7de872c036f6af0b4fbfcb5a5cf68ff9bbf40438a7f');
INSERT INTO journal VALUES(55,1784785575000,'leave','01K000000009CE60A1D32D7940',54,'{"actor":{"role":"terminal"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"cases":["LEFT_AT_COUNTER"],"left":true}}',X'b14269be5a9857fd6dfb5afb8f6aaa817b7bef075b42f47a59a746f221c6f426');
INSERT INTO journal VALUES(56,1784785445000,'scanAccepted','01K00000001067097F240545B4',0,'{"actor":{"role":"terminal"},"detail":{"amount":6000,"stationId":"1","type":"REFUND"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"amount":6000,"bin":"949133","cash":"none","enteredMs":721000,"environment":"test","expiresMs":1021000,"host":"unsent","last4":"0009","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":721000,"notSent":false,"scannedAtMs":1784785445000,"sequenceId":"01K00000001067097F240545B4","stationId":"1","terminalId":"T0000001","type":"REFUND"}}',X'e34a9f2785b035568e23b2b69a6972c526a481b94412dd577cd2df87cb319953');
INSERT INTO journal VALUES(57,1784785445010,'request','01K00000001067097F240545B4',56,'{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"confirmed":true,"enteredMs":721010,"notBeforeMs":721010}}',X'edbf893ed710ad7f4535c255f83bab76bb822aecf2ed243454ca0734ac9f7fd0');
INSERT INTO journal VALUES(58,1784785445020,'send','01K00000001067097F240545B4',57,'{"actor":{"role":"terminal"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"bytesMayHaveLeft":true,"deadlineMs":736020,"enteredMs":721020,"firstSendMs":721020,"host":"sending","hostVersion":1,"misses":1,"notBeforeMs":721020,"sends":1}}',X'046d171a21dd57516acd62574f1cf2161641c988292f32a196c25fb0b0d88879');
INSERT INTO journal VALUES(59,1784785445030,'approved','01K00000001067097F240545B4',58,'{"actor":{"role":"terminal"},"detail":{"approval":{"approvalCode":"A00004","approvedAt":"20260723143206000","businessDate":"20260723","nrNumber":"KMN260723000000004"}},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"customer_due":-6000,"issuer_payable":6000},"set":{"approval":{"approvalCode":"A00004","approvedAt":"20260723143206000","businessDate":"20260723","nrNumber":"KMN260723000000004"},"businessDate":"20260723","cash":"payout_due","deadlineMs":null,"enteredMs":721030,"firstSendMs":null,"host":"approved","hostVersion":2,"misses":0,"notBeforeMs":721030}}',X'7ed381bb48f844f3fb6d9c1c1c3d13a338303dc36cb7e91693f814dff7e019c8');
INSERT INTO journal VALUES(60,1784785505000,'scanAccepted','01K0000000114EAC2F8DF2920E',0,'{"actor":{"role":"terminal"},"detail":{"amount":3000,"stationId":"1","type":"CHARGE"},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","set":{"amount":3000,"bin":"941000","cash":"none","enteredMs":781000,"environment":"test","expiresMs":1081000,"host":"unsent","last4":"0005","laterChosen":false,"merchantId":"M00000000000001","misses":0,"notBeforeMs":781000,"notSent":false,"scannedAtMs":1784785505000,"sequenceId":"01K0000000114EAC2F8DF2920E","stationId":"1","terminalId":"T0000001","type":"CHARGE"}}',X'b5958ddb15110c0c6cc9c3e35abbcdd17d15aecf194fbe317209389b2d1a48c2');
INSERT INTO journal VALUES(61,1784785505100,'received','01K0000000114EAC2F8DF2920E',60,'{"actor":{"id":"kim","role":"cashier"},"detail":{},"policyHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","posting":{"cash_drawer":3000,"suspense":-3000},"set":{"cash":"received","enteredMs":781100,"expiresMs":null,"notBeforeMs":781100}}',X'72fd4900070743da4f68e724b7eac4780f2eaf469f8bbfb313c30673428035a0');
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
INSERT INTO intents VALUES(2,'01K000000001DE5DF5938C660B',5,6,'CHARGE','approved','received',0,10000,1,0,0,'1','20260723',1784784785000,'0005',X'8e9519644ea6b560c021e08717c4d327','A00001','KMN260723000000001','{"hostVersion":2,"acknowledged":true,"sends":1,"bytesMayHaveLeft":true,"approval":{"nrNumber":"KMN260723000000001","approvalCode":"A00001","approvedAt":"20260723143206000","businessDate":"20260723"},"businessDate":"20260723","sequenceId":"01K000000001DE5DF5938C660B","environment":"test","merchantId":"M00000000000001","terminalId":"T0000001","stationId":"1","type":"CHARGE","amount":10000,"bin":"941000","last4":"0005","scannedAtMs":1784784785000,"host":"approved","cash":"received","laterChosen":false,"notSent":false,"enteredMs":61030,"expiresMs":null,"notBeforeMs":61030,"misses":0,"version":5}');
INSERT INTO intents VALUES(7,'01K000000002E83EAF82560703',6,12,'CHARGE','declined','returned',0,20000,1,0,0,'1','20260723',1784784845000,'0009',X'67ced82be88888324d4f0ee3dae9f7a6',NULL,NULL,'{"hostVersion":2,"acknowledged":true,"sends":1,"bytesMayHaveLeft":true,"declineCode":"006_005","businessDate":"20260723","sequenceId":"01K000000002E83EAF82560703","environment":"test","merchantId":"M00000000000001","terminalId":"T0000001","stationId":"1","type":"CHARGE","amount":20000,"bin":"949133","last4":"0009","scannedAtMs":1784784845000,"host":"declined","cash":"returned","laterChosen":false,"notSent":false,"enteredMs":124000,"expiresMs":null,"notBeforeMs":121030,"misses":0,"version":6}');
INSERT INTO intents VALUES(13,'01K00000000371DABA5EFFC48B',9,21,'CHARGE','reversed','returned',0,30000,1,0,0,'1','20260723',1784784905000,'0005',X'8e9519644ea6b560c021e08717c4d327',NULL,NULL,'{"hostVersion":4,"acknowledged":true,"sends":1,"netCancels":1,"bytesMayHaveLeft":true,"netCancelReason":"TIMEOUT","businessDate":"20260723","sequenceId":"01K00000000371DABA5EFFC48B","environment":"test","merchantId":"M00000000000001","terminalId":"T0000001","stationId":"1","type":"CHARGE","amount":30000,"bin":"941000","last4":"0005","scannedAtMs":1784784905000,"host":"reversed","cash":"returned","laterChosen":false,"notSent":false,"enteredMs":201000,"expiresMs":null,"notBeforeMs":197200,"misses":0,"version":9}');
INSERT INTO intents VALUES(22,'01K000000004A507C4129E2216',6,27,'REFUND','approved','paid_out',0,5000,1,0,0,'1','20260723',1784784965000,'0009',X'67ced82be88888324d4f0ee3dae9f7a6','A00002','KMN260723000000002','{"hostVersion":2,"confirmed":true,"acknowledged":true,"sends":1,"bytesMayHaveLeft":true,"approval":{"nrNumber":"KMN260723000000002","approvalCode":"A00002","approvedAt":"20260723143206000","businessDate":"20260723"},"businessDate":"20260723","sequenceId":"01K000000004A507C4129E2216","environment":"test","merchantId":"M00000000000001","terminalId":"T0000001","stationId":"1","type":"REFUND","amount":5000,"bin":"949133","last4":"0009","scannedAtMs":1784784965000,"host":"approved","cash":"paid_out","laterChosen":false,"notSent":false,"enteredMs":245000,"expiresMs":541000,"notBeforeMs":241030,"misses":0,"version":6}');
INSERT INTO intents VALUES(28,'01K0000000058F30407E87854A',10,37,'CHARGE','voided','returned',0,40000,1,0,0,'1','20260723',1784785025000,'0005',X'8e9519644ea6b560c021e08717c4d327','A00003','KMN260723000000003','{"hostVersion":4,"acknowledged":true,"sends":1,"bytesMayHaveLeft":true,"approval":{"nrNumber":"KMN260723000000003","approvalCode":"A00003","approvedAt":"20260723143206000","businessDate":"20260723"},"businessDate":"20260723","voids":[{"cancelId":"01K0VOID0000000000000001","proof":"manager","managerId":"lee","outcome":"done","cancelNrNumber":"KMN260723000000099"}],"sequenceId":"01K0000000058F30407E87854A","environment":"test","merchantId":"M00000000000001","terminalId":"T0000001","stationId":"1","type":"CHARGE","amount":40000,"bin":"941000","last4":"0005","scannedAtMs":1784785025000,"host":"voided","cash":"returned","laterChosen":false,"notSent":false,"enteredMs":310000,"expiresMs":null,"notBeforeMs":306200,"misses":0,"version":10}');
INSERT INTO intents VALUES(38,'01K00000000601AB8548C70881',4,41,'CHARGE','closed','none',0,10000,1,0,0,'1','20260723',1784785085000,'0009',X'67ced82be88888324d4f0ee3dae9f7a6',NULL,NULL,'{"hostVersion":1,"acknowledged":true,"sequenceId":"01K00000000601AB8548C70881","environment":"test","merchantId":"M00000000000001","terminalId":"T0000001","stationId":"1","type":"CHARGE","amount":10000,"bin":"949133","last4":"0009","scannedAtMs":1784785085000,"host":"closed","cash":"none","laterChosen":false,"notSent":false,"enteredMs":363000,"expiresMs":null,"notBeforeMs":362000,"misses":0,"version":4}');
INSERT INTO intents VALUES(43,'01K0000000078BA988D4382EE9',3,45,'CHARGE','unsent','received',1,7000,0,0,2,'1','20260723',1784785205000,'0005',X'8e9519644ea6b560c021e08717c4d327',NULL,NULL,'{"deferred":true,"sequenceId":"01K0000000078BA988D4382EE9","environment":"test","merchantId":"M00000000000001","terminalId":"T0000001","stationId":"1","type":"CHARGE","amount":7000,"bin":"941000","last4":"0005","scannedAtMs":1784785205000,"host":"unsent","cash":"received","laterChosen":false,"notSent":false,"enteredMs":481200,"expiresMs":null,"notBeforeMs":481200,"misses":0,"version":3}');
INSERT INTO intents VALUES(47,'01K000000008A1A9963E8AC6B4',4,50,'CHARGE','unknown','received',0,8000,0,0,2,'1','20260723',1784785325000,'0009',X'ec3644947f74021ed716c97ffb17f86c',NULL,NULL,'{"hostVersion":2,"sends":1,"bytesMayHaveLeft":true,"firstSendMs":601020,"deadlineMs":616020,"sequenceId":"01K000000008A1A9963E8AC6B4","environment":"test","merchantId":"M00000000000001","terminalId":"T0000001","stationId":"1","type":"CHARGE","amount":8000,"bin":"949133","last4":"0009","scannedAtMs":1784785325000,"host":"unknown","cash":"received","laterChosen":false,"notSent":false,"enteredMs":603100,"expiresMs":null,"notBeforeMs":603100,"misses":0,"version":4}');
INSERT INTO intents VALUES(51,'01K000000009CE60A1D32D7940',5,55,'CHARGE','declined','return_due',0,9000,0,1,2,'1','20260723',1784785385000,'0005',X'fa84ff1382409ddd78cce45edc975117',NULL,NULL,'{"hostVersion":2,"left":true,"sends":1,"bytesMayHaveLeft":true,"declineCode":"006_005","businessDate":"20260723","cases":["LEFT_AT_COUNTER"],"sequenceId":"01K000000009CE60A1D32D7940","environment":"test","merchantId":"M00000000000001","terminalId":"T0000001","stationId":"1","type":"CHARGE","amount":9000,"bin":"941000","last4":"0005","scannedAtMs":1784785385000,"host":"declined","cash":"return_due","laterChosen":false,"notSent":false,"enteredMs":661030,"expiresMs":null,"notBeforeMs":661030,"misses":0,"version":5}');
INSERT INTO intents VALUES(56,'01K00000001067097F240545B4',4,59,'REFUND','approved','payout_due',0,6000,0,0,2,'1','20260723',1784785445000,'0009',X'ec3644947f74021ed716c97ffb17f86c','A00004','KMN260723000000004','{"hostVersion":2,"confirmed":true,"sends":1,"bytesMayHaveLeft":true,"approval":{"nrNumber":"KMN260723000000004","approvalCode":"A00004","approvedAt":"20260723143206000","businessDate":"20260723"},"businessDate":"20260723","sequenceId":"01K00000001067097F240545B4","environment":"test","merchantId":"M00000000000001","terminalId":"T0000001","stationId":"1","type":"REFUND","amount":6000,"bin":"949133","last4":"0009","scannedAtMs":1784785445000,"host":"approved","cash":"payout_due","laterChosen":false,"notSent":false,"enteredMs":721030,"expiresMs":1021000,"notBeforeMs":721030,"misses":0,"version":4}');
INSERT INTO intents VALUES(60,'01K0000000114EAC2F8DF2920E',2,61,'CHARGE','unsent','received',0,3000,0,0,2,'1','20260723',1784785505000,'0005',X'fa84ff1382409ddd78cce45edc975117',NULL,NULL,'{"sequenceId":"01K0000000114EAC2F8DF2920E","environment":"test","merchantId":"M00000000000001","terminalId":"T0000001","stationId":"1","type":"CHARGE","amount":3000,"bin":"941000","last4":"0005","scannedAtMs":1784785505000,"host":"unsent","cash":"received","laterChosen":false,"notSent":false,"enteredMs":781100,"expiresMs":null,"notBeforeMs":781100,"misses":0,"version":2}');
CREATE TABLE vault (
  number INTEGER NOT NULL REFERENCES intents (number),
  kind TEXT NOT NULL CHECK (kind IN ('barcode', 'hash')),
  content BLOB NOT NULL,
  until_ms REAL,
  PRIMARY KEY (number, kind)
) STRICT, WITHOUT ROWID;
INSERT INTO vault VALUES(7,'hash',X'4c1801151bd5b7ffa7812035d95b082d',841000.0);
INSERT INTO vault VALUES(13,'hash',X'4b5dec37355b10db5a1e038fba36386a',841000.0);
INSERT INTO vault VALUES(22,'hash',X'7bbfa09d65da32d55e13a13277d0d996',841000.0);
INSERT INTO vault VALUES(28,'hash',X'087620f87c8a3f79a6b768ce3c177d4e',841000.0);
INSERT INTO vault VALUES(43,'barcode',X'fa14df2fe128eeec184a0a9609d10f9084fe1feac34fc773f10ac2d23bb8796a31ea1a6d0e6f2af7ca253b4946c5d8fc073e0c06f2d496d4f2ed6d',NULL);
INSERT INTO vault VALUES(43,'hash',X'1086540c81323f0b39e020842e0ee37c',NULL);
INSERT INTO vault VALUES(47,'hash',X'b01760d6f2b47b3128c9b4eca41ead4c',NULL);
INSERT INTO vault VALUES(51,'hash',X'01878f33647e1afd1752ba9325e58ad4',NULL);
INSERT INTO vault VALUES(56,'hash',X'707b75048b6628cff9dba079d7c056e3',NULL);
INSERT INTO vault VALUES(60,'barcode',X'48abb4764ebec13b0e07c90065dcd50f43302f4a8dca85035da69b3cd5b4536834f174db36a38251f358763e35611609de3650fe8b193f28ed854f',NULL);
INSERT INTO vault VALUES(60,'hash',X'0c380e2bc522068e3075677306c804d7',NULL);
CREATE TABLE hash_keys (
  generation INTEGER PRIMARY KEY,
  sealed BLOB NOT NULL
) STRICT;
INSERT INTO hash_keys VALUES(1,X'419b6cfd3c6583d8c7a5b364618e41d6ea64c7682fd2af26d67a2543fa20a8f8ffaf19e27f61e7766bda326a6a925840a45aef7f585a7f68ef345540');
CREATE TABLE balances (
  account TEXT PRIMARY KEY,
  amount INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO balances VALUES('cash_drawer',31000);
INSERT INTO balances VALUES('customer_due',-15000);
INSERT INTO balances VALUES('deferred',-7000);
INSERT INTO balances VALUES('dispute',0);
INSERT INTO balances VALUES('issuer_payable',1000);
INSERT INTO balances VALUES('store',1000);
INSERT INTO balances VALUES('suspense',-11000);
INSERT INTO balances VALUES('unclaimed',0);
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
INSERT INTO day_totals VALUES('20260723','CHARGE','approved','received',0,1,10000);
INSERT INTO day_totals VALUES('20260723','CHARGE','closed','none',0,1,10000);
INSERT INTO day_totals VALUES('20260723','CHARGE','declined','return_due',0,1,9000);
INSERT INTO day_totals VALUES('20260723','CHARGE','declined','returned',0,1,20000);
INSERT INTO day_totals VALUES('20260723','CHARGE','reversed','return_due',0,0,0);
INSERT INTO day_totals VALUES('20260723','CHARGE','reversed','returned',0,1,30000);
INSERT INTO day_totals VALUES('20260723','CHARGE','reversing','return_due',0,0,0);
INSERT INTO day_totals VALUES('20260723','CHARGE','sending','received',0,0,0);
INSERT INTO day_totals VALUES('20260723','CHARGE','unknown','received',0,1,8000);
INSERT INTO day_totals VALUES('20260723','CHARGE','unsent','none',0,0,0);
INSERT INTO day_totals VALUES('20260723','CHARGE','unsent','received',0,1,3000);
INSERT INTO day_totals VALUES('20260723','CHARGE','unsent','received',1,1,7000);
INSERT INTO day_totals VALUES('20260723','CHARGE','voided','return_due',0,0,0);
INSERT INTO day_totals VALUES('20260723','CHARGE','voided','returned',0,1,40000);
INSERT INTO day_totals VALUES('20260723','CHARGE','voiding','received',0,0,0);
INSERT INTO day_totals VALUES('20260723','REFUND','approved','paid_out',0,1,5000);
INSERT INTO day_totals VALUES('20260723','REFUND','approved','payout_due',0,1,6000);
INSERT INTO day_totals VALUES('20260723','REFUND','sending','none',0,0,0);
INSERT INTO day_totals VALUES('20260723','REFUND','unsent','none',0,0,0);
CREATE TABLE days (
  business_date TEXT PRIMARY KEY,
  first_number INTEGER NOT NULL,
  last_number INTEGER
) STRICT, WITHOUT ROWID;
INSERT INTO days VALUES('20260723',2,NULL);
CREATE TABLE search (
  term TEXT NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (term, number)
) STRICT, WITHOUT ROWID;
INSERT INTO search VALUES('4:0005',2);
INSERT INTO search VALUES('4:0005',13);
INSERT INTO search VALUES('4:0005',28);
INSERT INTO search VALUES('4:0009',7);
INSERT INTO search VALUES('4:0009',22);
INSERT INTO search VALUES('4:0009',38);
INSERT INTO search VALUES('a:A00001',2);
INSERT INTO search VALUES('a:A00002',22);
INSERT INTO search VALUES('a:A00003',28);
INSERT INTO search VALUES('c:Z87YK-iIiDJNTw7j2un3pg',7);
INSERT INTO search VALUES('c:Z87YK-iIiDJNTw7j2un3pg',22);
INSERT INTO search VALUES('c:Z87YK-iIiDJNTw7j2un3pg',38);
INSERT INTO search VALUES('c:jpUZZE6mtWDAIeCHF8TTJw',2);
INSERT INTO search VALUES('c:jpUZZE6mtWDAIeCHF8TTJw',13);
INSERT INTO search VALUES('c:jpUZZE6mtWDAIeCHF8TTJw',28);
INSERT INTO search VALUES('n:KMN260723000000001',2);
INSERT INTO search VALUES('n:KMN260723000000002',22);
INSERT INTO search VALUES('n:KMN260723000000003',28);
INSERT INTO search VALUES('r:129E2216',22);
INSERT INTO search VALUES('r:48C70881',38);
INSERT INTO search VALUES('r:5EFFC48B',13);
INSERT INTO search VALUES('r:7E87854A',28);
INSERT INTO search VALUES('r:82560703',7);
INSERT INTO search VALUES('r:938C660B',2);
CREATE TRIGGER journal_is_never_edited BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_is_never_shortened BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_grows_at_its_end BEFORE INSERT ON journal
WHEN NEW.idx <> (SELECT coalesce(max(idx), 0) + 1 FROM journal)
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE INDEX intents_attention ON intents (attention, number) WHERE attention > 0;
COMMIT;
PRAGMA application_id=1263823212;
PRAGMA user_version=1;
