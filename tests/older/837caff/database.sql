BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0006');
CREATE TABLE audit (
	id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	who VARCHAR(80) NOT NULL, 
	what VARCHAR(30) NOT NULL, 
	about VARCHAR(80) NOT NULL, 
	detail TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "audit" VALUES(1,'2026-11-23 06:55:40.000000','(command line)','added person','meera','manager');
INSERT INTO "audit" VALUES(2,'2026-11-23 06:55:40.000000','(command line)','added person','asha','staff');
INSERT INTO "audit" VALUES(3,'2026-11-23 06:55:40.000000','(command line)','added person','devi','staff');
INSERT INTO "audit" VALUES(4,'2026-11-23 06:55:40.000000','(command line)','added person','leela','staff');
INSERT INTO "audit" VALUES(5,'2026-11-23 06:56:10.000000','meera','logged in','','127.0.0.1');
INSERT INTO "audit" VALUES(6,'2026-11-23 06:56:10.000000','meera','switched on second factor','meera','');
INSERT INTO "audit" VALUES(7,'2026-11-23 06:56:40.000000','asha','logged in','','127.0.0.1');
INSERT INTO "audit" VALUES(8,'2026-11-23 06:56:40.000000','asha','switched on second factor','asha','');
INSERT INTO "audit" VALUES(9,'2026-11-23 06:57:10.000000','devi','logged in','','127.0.0.1');
INSERT INTO "audit" VALUES(10,'2026-11-23 06:57:10.000000','devi','switched on second factor','devi','');
INSERT INTO "audit" VALUES(11,'2026-11-23 06:57:40.000000','devi','logged in','','127.0.0.1');
INSERT INTO "audit" VALUES(12,'2026-11-23 06:58:10.000000','devi','made recovery codes','devi','');
INSERT INTO "audit" VALUES(13,'2026-11-23 06:58:40.000000','meera','logged in','','127.0.0.1');
INSERT INTO "audit" VALUES(14,'2026-11-23 06:58:40.000000','meera','removed second factor','devi','');
INSERT INTO "audit" VALUES(15,'2026-11-23 06:59:10.000000','devi','logged in','','127.0.0.1');
INSERT INTO "audit" VALUES(16,'2026-11-23 06:59:10.000000','devi','switched on second factor','devi','');
INSERT INTO "audit" VALUES(17,'2026-11-23 06:59:40.000000','devi','switched off second factor','devi','');
INSERT INTO "audit" VALUES(18,'2026-11-23 06:59:40.000000','devi','switched on second factor','devi','');
INSERT INTO "audit" VALUES(19,'2026-11-23 06:59:40.000000','(unknown)','wrong code','devi','127.0.0.1');
INSERT INTO "audit" VALUES(20,'2026-11-23 06:59:40.000000','devi','used recovery code','devi','');
INSERT INTO "audit" VALUES(21,'2026-11-23 06:59:40.000000','devi','logged in','','127.0.0.1');
INSERT INTO "audit" VALUES(22,'2026-11-23 06:59:40.000000','devi','logged out','','');
INSERT INTO "audit" VALUES(23,'2026-11-23 06:59:40.000000','meera','invited person','kiran','staff');
INSERT INTO "audit" VALUES(24,'2026-11-23 06:59:40.000000','kiran','chose password','kiran','');
INSERT INTO "audit" VALUES(25,'2026-11-23 06:59:40.000000','kiran','logged in','','127.0.0.1');
INSERT INTO "audit" VALUES(26,'2026-11-23 06:59:40.000000','meera','made manager','kiran','');
INSERT INTO "audit" VALUES(27,'2026-11-23 06:59:40.000000','meera','made staff','kiran','');
INSERT INTO "audit" VALUES(28,'2026-11-23 06:59:40.000000','meera','required second factor','kiran','');
INSERT INTO "audit" VALUES(29,'2026-11-23 06:59:40.000000','meera','made second factor optional','kiran','');
INSERT INTO "audit" VALUES(30,'2026-11-23 06:59:40.000000','meera','ended sessions','kiran','');
INSERT INTO "audit" VALUES(31,'2026-11-23 06:59:40.000000','meera','disabled person','kiran','');
INSERT INTO "audit" VALUES(32,'2026-11-23 06:59:40.000000','meera','enabled person','kiran','');
INSERT INTO "audit" VALUES(33,'2026-11-23 06:59:40.000000','meera','reset password','kiran','');
INSERT INTO "audit" VALUES(34,'2026-11-23 06:59:40.000000','meera','disabled person','kiran','');
INSERT INTO "audit" VALUES(35,'2026-11-23 06:59:40.000000','(command line)','invited person','joseph','staff');
INSERT INTO "audit" VALUES(36,'2026-11-23 07:00:10.000000','asha','logged in','','127.0.0.1');
INSERT INTO "audit" VALUES(37,'2026-11-23 07:01:10.000000','asha','took request','526629','');
INSERT INTO "audit" VALUES(38,'2026-11-23 07:01:10.000000','asha','saw request','526629','');
INSERT INTO "audit" VALUES(39,'2026-11-23 07:01:10.000000','asha','put back request','526629','');
INSERT INTO "audit" VALUES(40,'2026-11-23 07:01:10.000000','asha','passed on request','526629','devi');
INSERT INTO "audit" VALUES(41,'2026-11-23 07:01:10.000000','asha','saw request','526629','');
INSERT INTO "audit" VALUES(42,'2026-11-23 07:21:10.000000','asha','took request','044997','');
INSERT INTO "audit" VALUES(43,'2026-11-23 07:21:10.000000','asha','saw request','044997','');
INSERT INTO "audit" VALUES(44,'2026-11-23 07:21:10.000000','asha','noted on request','044997','');
INSERT INTO "audit" VALUES(45,'2026-11-23 07:21:10.000000','asha','saw request','044997','');
INSERT INTO "audit" VALUES(46,'2026-11-23 07:22:40.000000','asha','took request','917649','');
INSERT INTO "audit" VALUES(47,'2026-11-23 07:22:40.000000','asha','saw request','917649','');
INSERT INTO "audit" VALUES(48,'2026-11-23 07:22:40.000000','asha','reported request','917649','booked');
INSERT INTO "audit" VALUES(49,'2026-11-23 07:22:40.000000','asha','took request','061011','');
INSERT INTO "audit" VALUES(50,'2026-11-23 07:22:40.000000','asha','saw request','061011','');
INSERT INTO "audit" VALUES(51,'2026-11-23 07:22:40.000000','asha','reported request','061011','booked');
INSERT INTO "audit" VALUES(52,'2026-11-23 07:22:40.000000','asha','changed appointment','917649','2026-11-24T12:30:00+05:30');
INSERT INTO "audit" VALUES(53,'2026-11-23 07:22:40.000000','asha','saw request','917649','');
INSERT INTO "audit" VALUES(54,'2026-11-23 07:22:40.000000','asha','cancelled appointment','061011','');
INSERT INTO "audit" VALUES(55,'2026-11-23 07:22:40.000000','asha','saw request','061011','');
INSERT INTO "audit" VALUES(56,'2026-11-23 07:22:40.000000','asha','took request','641012','');
INSERT INTO "audit" VALUES(57,'2026-11-23 07:22:40.000000','asha','saw request','641012','');
INSERT INTO "audit" VALUES(58,'2026-11-23 07:22:40.000000','asha','reported request','641012','booked');
INSERT INTO "audit" VALUES(59,'2026-11-23 07:22:40.000000','asha','undid request','641012','booked');
INSERT INTO "audit" VALUES(60,'2026-11-23 07:22:40.000000','asha','saw request','641012','');
INSERT INTO "audit" VALUES(61,'2026-11-23 07:23:10.000000','asha','took request','292456','');
INSERT INTO "audit" VALUES(62,'2026-11-23 07:23:10.000000','asha','saw request','292456','');
INSERT INTO "audit" VALUES(63,'2026-11-23 07:23:10.000000','asha','reported request','292456','settled');
INSERT INTO "audit" VALUES(64,'2026-11-23 07:23:40.000000','asha','took request','372575','');
INSERT INTO "audit" VALUES(65,'2026-11-23 07:23:40.000000','asha','saw request','372575','');
INSERT INTO "audit" VALUES(66,'2026-11-23 07:23:40.000000','asha','reported request','372575','busy');
INSERT INTO "audit" VALUES(67,'2026-11-23 07:24:10.000000','asha','took request','323112','');
INSERT INTO "audit" VALUES(68,'2026-11-23 07:24:10.000000','asha','saw request','323112','');
INSERT INTO "audit" VALUES(69,'2026-11-23 07:24:10.000000','asha','reported request','323112','wrong_number');
INSERT INTO "audit" VALUES(70,'2026-11-23 07:24:40.000000','asha','took request','265490','');
INSERT INTO "audit" VALUES(71,'2026-11-23 07:24:40.000000','asha','saw request','265490','');
INSERT INTO "audit" VALUES(72,'2026-11-23 07:24:40.000000','asha','reported request','265490','duplicate');
INSERT INTO "audit" VALUES(73,'2026-11-23 07:25:10.000000','asha','took request','514438','');
INSERT INTO "audit" VALUES(74,'2026-11-23 07:25:10.000000','asha','saw request','514438','');
INSERT INTO "audit" VALUES(75,'2026-11-23 07:25:10.000000','asha','reported request','514438','cancelled');
INSERT INTO "audit" VALUES(76,'2026-11-23 07:25:40.000000','asha','took request','912910','');
INSERT INTO "audit" VALUES(77,'2026-11-23 07:25:40.000000','asha','saw request','912910','');
INSERT INTO "audit" VALUES(78,'2026-11-23 07:25:40.000000','asha','reported request','912910','later');
INSERT INTO "audit" VALUES(79,'2026-11-23 07:26:10.000000','asha','took request','920276','');
INSERT INTO "audit" VALUES(80,'2026-11-23 07:26:10.000000','asha','saw request','920276','');
INSERT INTO "audit" VALUES(81,'2026-11-23 07:26:10.000000','asha','reported request','920276','no_answer');
INSERT INTO "audit" VALUES(82,'2026-11-23 07:26:10.000000','asha','took request','920276','');
INSERT INTO "audit" VALUES(83,'2026-11-23 07:26:10.000000','asha','saw request','920276','');
INSERT INTO "audit" VALUES(84,'2026-11-23 07:26:10.000000','asha','reported request','920276','no_answer');
INSERT INTO "audit" VALUES(85,'2026-11-23 07:26:10.000000','asha','took request','920276','');
INSERT INTO "audit" VALUES(86,'2026-11-23 07:26:10.000000','asha','saw request','920276','');
INSERT INTO "audit" VALUES(87,'2026-11-23 07:26:10.000000','asha','reported request','920276','no_answer');
INSERT INTO "audit" VALUES(88,'2026-11-23 07:26:10.000000','asha','took request','920276','');
INSERT INTO "audit" VALUES(89,'2026-11-23 07:26:10.000000','asha','saw request','920276','');
INSERT INTO "audit" VALUES(90,'2026-11-23 07:26:10.000000','asha','reported request','920276','no_answer');
INSERT INTO "audit" VALUES(91,'2026-11-23 07:26:40.000000','asha','took request','322164','');
INSERT INTO "audit" VALUES(92,'2026-11-23 07:26:40.000000','asha','saw request','322164','');
INSERT INTO "audit" VALUES(93,'2026-11-23 07:26:40.000000','asha','reported request','322164','no_answer');
INSERT INTO "audit" VALUES(94,'2026-11-23 07:27:40.000000','asha','merged request','759488','344004');
INSERT INTO "audit" VALUES(95,'2026-11-23 07:27:40.000000','asha','saw request','759488','');
INSERT INTO "audit" VALUES(96,'2026-11-23 07:28:40.000000','asha','merged request','534112','867168');
INSERT INTO "audit" VALUES(97,'2026-11-23 07:28:40.000000','asha','saw request','534112','');
INSERT INTO "audit" VALUES(98,'2026-11-23 07:28:40.000000','asha','undid merging request','534112','867168');
INSERT INTO "audit" VALUES(99,'2026-11-23 07:28:40.000000','asha','saw request','534112','');
INSERT INTO "audit" VALUES(100,'2026-11-23 07:29:40.000000','asha','noted on request','452531','');
INSERT INTO "audit" VALUES(101,'2026-11-23 07:29:40.000000','asha','wrote down request','452531','');
INSERT INTO "audit" VALUES(102,'2026-11-23 07:29:40.000000','asha','saw request','452531','');
INSERT INTO "audit" VALUES(103,'2026-11-23 07:30:40.000000','asha','blocked number','#1','873158');
INSERT INTO "audit" VALUES(104,'2026-11-23 07:31:10.000000','asha','blocked number','#2','546360');
INSERT INTO "audit" VALUES(105,'2026-11-23 07:31:40.000000','asha','blocked number','#3','292388');
INSERT INTO "audit" VALUES(106,'2026-11-23 07:31:40.000000','asha','unblocked number','#2','');
INSERT INTO "audit" VALUES(107,'2026-11-23 07:31:40.000000','(command line)','exported','546360','');
INSERT INTO "audit" VALUES(108,'2026-11-23 07:31:40.000000','(command line)','erased','292388','');
INSERT INTO "audit" VALUES(109,'2026-11-23 07:31:40.000000','(command line)','erased','','1 blocks');
INSERT INTO "audit" VALUES(110,'2026-11-23 07:32:10.000000','meera','logged in','','127.0.0.1');
INSERT INTO "audit" VALUES(111,'2026-11-23 07:32:10.000000','meera','set hours','2026-11-25','all lines: closed, training');
INSERT INTO "audit" VALUES(112,'2026-11-23 07:32:10.000000','meera','set hours','2026-11-26','main: open 10:00-13:00');
INSERT INTO "audit" VALUES(113,'2026-11-23 07:32:10.000000','meera','set hours','2026-11-27','all lines: closed, diwali');
INSERT INTO "audit" VALUES(114,'2026-11-23 07:32:10.000000','meera','undid hours','2026-11-27','all lines: closed, diwali');
INSERT INTO "audit" VALUES(115,'2026-11-23 07:32:10.000000','meera','made calendar link','','');
INSERT INTO "audit" VALUES(116,'2026-11-23 07:32:10.000000','meera','switched off calendar','','');
INSERT INTO "audit" VALUES(117,'2026-11-23 07:41:10.000000','meera','logged in','','127.0.0.1');
INSERT INTO "audit" VALUES(118,'2026-11-23 07:41:10.000000','meera','made calendar link','','');
INSERT INTO "audit" VALUES(119,'2026-11-23 07:41:10.000000','meera','invited person','ravi','staff');
INSERT INTO "audit" VALUES(120,'2026-11-23 07:41:10.000000','meera','required second factor','(everybody)','');
INSERT INTO "audit" VALUES(121,'2026-11-23 07:50:10.000000','(unknown)','failed login','leela','127.0.0.1');
INSERT INTO "audit" VALUES(122,'2026-11-23 07:50:10.000000','(unknown)','failed login','leela','127.0.0.1');
INSERT INTO "audit" VALUES(123,'2026-11-23 07:50:10.000000','(unknown)','failed login','leela','127.0.0.1');
INSERT INTO "audit" VALUES(124,'2026-11-23 07:50:10.000000','(unknown)','failed login','leela','127.0.0.1');
INSERT INTO "audit" VALUES(125,'2026-11-23 07:50:10.000000','(unknown)','failed login','leela','127.0.0.1');
CREATE TABLE blocked (
	id INTEGER NOT NULL, 
	phone VARCHAR(16) NOT NULL, 
	reason VARCHAR(80) NOT NULL, 
	who VARCHAR(80) NOT NULL, 
	at DATETIME NOT NULL, 
	lifted_by VARCHAR(80), 
	lifted_at DATETIME, 
	PRIMARY KEY (id)
);
INSERT INTO "blocked" VALUES(1,'+919999900123','rings for fun','asha','2026-11-23 07:30:40.000000',NULL,NULL);
INSERT INTO "blocked" VALUES(2,'+919999900124','by mistake','asha','2026-11-23 07:31:10.000000','asha','2026-11-23 07:31:40.000000');
CREATE TABLE calendar_links (
	id INTEGER NOT NULL, 
	nonce VARCHAR(64), 
	who VARCHAR(80) NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "calendar_links" VALUES(3,'jacNpZJepD4TtRuSTCIQiEIPfdm-BbE6nU-qrl1tnMk','meera','2026-11-23 07:41:10.000000');
CREATE TABLE calls (
	id INTEGER NOT NULL, 
	mark VARCHAR(32) NOT NULL, 
	began DATETIME NOT NULL, 
	line VARCHAR(20) NOT NULL, 
	language VARCHAR(8) NOT NULL, 
	path VARCHAR(1000) NOT NULL, 
	seconds INTEGER NOT NULL, 
	ended VARCHAR(8) NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (mark)
);
INSERT INTO "calls" VALUES(1,'ad267b84c3c246407c746421a02dc7d4','2026-11-23 04:00:00.000000','main','en','welcome main book book_day book_part number own_number summary kept',42,'hung_up');
INSERT INTO "calls" VALUES(2,'ed4ff8dcd50e2a695af8ed5d1bfab660','2026-11-23 04:00:30.000000','second','hi','welcome main welcome main book book_day book_part number own_number summary kept',42,'hung_up');
INSERT INTO "calls" VALUES(3,'de77ec4cf461b24b131e28d2d13af7e2','2026-11-23 04:01:00.000000','third','en','welcome main book book_day book_part number own_number summary kept',42,'hung_up');
INSERT INTO "calls" VALUES(4,'347cbd3723347f65b185dad466ce62be','2026-11-23 05:53:10.000000','main','en','welcome main hours',0,'unknown');
INSERT INTO "calls" VALUES(5,'0f68cf5954653299f8c73fc351c4e418','2026-11-23 05:53:40.000000','main','en','welcome main',5,'hung_up');
INSERT INTO "calls" VALUES(6,'d5c3f23d106f83cf4c2d56644bf31c77','2026-11-23 05:54:10.000000','main','en','welcome main advice topics topic',61,'hung_up');
INSERT INTO "calls" VALUES(7,'4f0600d0f6cd7e02c2481d36386732f3','2026-11-23 05:54:40.000000','main','en','welcome main person ring talked goodbye',120,'talked');
INSERT INTO "calls" VALUES(8,'310763e43a4faa1df5e91e426b591d3e','2026-11-23 05:55:10.000000','main','en','welcome main book book_day failed',9,'fault');
INSERT INTO "calls" VALUES(9,'90240e7eef576cb98fc07718e6b726e9','2026-11-23 07:00:10.000000','main','en','welcome main book book_day book_part number own_number summary kept',42,'hung_up');
INSERT INTO "calls" VALUES(10,'fe110bd1a40a282f0f92858a738b124e','2026-11-23 07:00:40.000000','main','en','welcome main callback number own_number summary kept',42,'hung_up');
INSERT INTO "calls" VALUES(11,'31f422d478c71ff9f5cf8f42e865b3a8','2026-11-23 07:21:10.000000','main','en','welcome main book book_day book_part number own_number summary kept',42,'hung_up');
INSERT INTO "calls" VALUES(12,'e007b41e8c6d68a044334e3ae28b8cd5','2026-11-23 07:21:40.000000','main','hi','welcome main welcome main book book_day book_part number own_number summary kept',42,'hung_up');
INSERT INTO "calls" VALUES(13,'c6477af93a641aa9905b1a25b26e9c89','2026-11-23 07:22:10.000000','main','en','welcome main book book_day book_part number own_number summary kept',42,'hung_up');
INSERT INTO "calls" VALUES(14,'e6b7f6950043bdd58f562ccd441b368a','2026-11-23 07:22:40.000000','main','en','welcome main book book_day book_part number own_number summary kept',42,'hung_up');
INSERT INTO "calls" VALUES(15,'d7abcb10d073521f3bc458b86fed68e5','2026-11-23 07:23:10.000000','main','en','welcome main callback number own_number summary kept',42,'hung_up');
INSERT INTO "calls" VALUES(16,'a688766d7d1ef5c86388cc9bec3b5f79','2026-11-23 07:23:40.000000','main','en','welcome main book book_day book_part number own_number summary kept',42,'hung_up');
INSERT INTO "calls" VALUES(17,'885c22cb907764961a0930090aacc143','2026-11-23 07:24:10.000000','main','en','welcome main callback number own_number summary kept',42,'hung_up');
INSERT INTO "calls" VALUES(18,'dd3ed14a25ac558f6e6bef1e36230cc1','2026-11-23 07:24:40.000000','main','en','welcome main book book_day book_part number own_number summary kept',42,'hung_up');
INSERT INTO "calls" VALUES(19,'42e66f27d546c5106e5c2a2b9cd05b04','2026-11-23 07:25:10.000000','main','en','welcome main book book_day book_part number own_number summary kept',42,'hung_up');
INSERT INTO "calls" VALUES(20,'f42f4cd4d5e5b627c2c2603a618873cf','2026-11-23 07:25:40.000000','main','hi','welcome main welcome main callback number own_number summary kept',42,'hung_up');
INSERT INTO "calls" VALUES(21,'c7678b63dfe05708ccb15304057300ef','2026-11-23 07:26:10.000000','main','en','welcome main book book_day book_part number own_number summary kept',42,'hung_up');
INSERT INTO "calls" VALUES(22,'df7090f2a33fde720a4af0f0a51cdfaa','2026-11-23 07:26:40.000000','main','en','welcome main book book_day book_part number own_number summary kept',42,'hung_up');
INSERT INTO "calls" VALUES(23,'b9c94e833ae20c7cf040e15fdfdf47e2','2026-11-23 07:27:10.000000','main','en','welcome main callback number own_number summary kept',42,'hung_up');
INSERT INTO "calls" VALUES(24,'cea05fec1e08e3642c8e5a8a48de1529','2026-11-23 07:27:40.000000','main','en','welcome main book book_day book_part number own_number summary kept',42,'hung_up');
INSERT INTO "calls" VALUES(25,'bf0cc34b594a001098cf752b8816d712','2026-11-23 07:28:10.000000','main','en','welcome main callback number own_number summary kept',42,'hung_up');
INSERT INTO "calls" VALUES(26,'17404f9e25ca574327667059da0a121b','2026-11-23 07:28:40.000000','third','en','welcome main book book_day book_part number own_number summary kept',42,'hung_up');
INSERT INTO "calls" VALUES(27,'dd16267ced24e3ab32eb1d618e613663','2026-11-23 07:29:10.000000','third','en','welcome main book book_day book_part number own_number summary kept',42,'hung_up');
INSERT INTO "calls" VALUES(28,'fffe58cc60a301fa07888b6063e42e4b','2026-11-23 07:29:40.000000','second','hi','welcome main welcome main callback number own_number summary kept',42,'hung_up');
INSERT INTO "calls" VALUES(29,'789df24247692c9d55891077e0a4e640','2026-11-23 07:30:10.000000','main','en','welcome main book book_day book_part number own_number summary kept',42,'hung_up');
INSERT INTO "calls" VALUES(30,'e27ba82352c8dda1285cecce9314e262','2026-11-23 07:30:40.000000','main','en','welcome main book book_day book_part number own_number summary kept',42,'hung_up');
INSERT INTO "calls" VALUES(31,'5dca206c9a9fb3ce30c28bc0305fa03f','2026-11-23 07:31:10.000000','main','en','welcome main book book_day book_part number own_number summary kept',42,'hung_up');
CREATE TABLE closures (
	id INTEGER NOT NULL, 
	day DATE NOT NULL, 
	line VARCHAR(20) NOT NULL, 
	shifts VARCHAR(200) NOT NULL, 
	reason VARCHAR(20) NOT NULL, 
	who VARCHAR(80) NOT NULL, 
	at DATETIME NOT NULL, 
	undone_by VARCHAR(80), 
	undone_at DATETIME, 
	PRIMARY KEY (id)
);
INSERT INTO "closures" VALUES(1,'2026-11-25','','','training','meera','2026-11-23 07:32:10.000000',NULL,NULL);
INSERT INTO "closures" VALUES(2,'2026-11-26','main','10:00-13:00','','meera','2026-11-23 07:32:10.000000',NULL,NULL);
INSERT INTO "closures" VALUES(3,'2026-11-27','','','diwali','meera','2026-11-23 07:32:10.000000','meera','2026-11-23 07:32:10.000000');
CREATE TABLE errands (
	id INTEGER NOT NULL, 
	request_id INTEGER NOT NULL, 
	task VARCHAR(20) NOT NULL, 
	created DATETIME NOT NULL, 
	next_at DATETIME NOT NULL, 
	leased_until DATETIME NOT NULL, 
	rings INTEGER NOT NULL, 
	attempts INTEGER NOT NULL, 
	done_at DATETIME, 
	failed_at DATETIME, 
	error VARCHAR(80) NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(request_id) REFERENCES requests (id)
);
INSERT INTO "errands" VALUES(1,1,'tell_staff','2026-11-23 04:00:00.000000','2026-11-23 04:00:00.000000','2026-11-23 05:53:55.000000',1,1,'2026-11-23 05:53:10.000000',NULL,'');
INSERT INTO "errands" VALUES(2,1,'confirm_to_caller','2026-11-23 04:00:00.000000','2026-11-23 05:53:10.000000','2026-11-23 05:53:55.000000',1,8,NULL,'2026-11-23 05:53:10.000000','TwilioRestException 21614');
INSERT INTO "errands" VALUES(3,2,'tell_staff','2026-11-23 04:00:30.000000','2026-11-23 05:53:10.000000','2026-11-23 05:53:55.000000',1,8,NULL,'2026-11-23 05:53:10.000000','NotTold');
INSERT INTO "errands" VALUES(4,3,'tell_staff','2026-11-23 04:01:00.000000','2026-11-23 07:00:10.000000','2026-11-23 07:39:55.000000',3,0,NULL,NULL,'NotTold');
INSERT INTO "errands" VALUES(5,4,'tell_staff','2026-11-23 07:00:10.000000','2026-11-23 07:00:10.000000','2026-11-23 07:32:55.000000',2,1,'2026-11-23 07:32:10.000000',NULL,'');
INSERT INTO "errands" VALUES(6,5,'tell_staff','2026-11-23 07:00:40.000000','2026-11-23 07:00:40.000000','2026-11-23 07:32:55.000000',2,1,'2026-11-23 07:32:10.000000',NULL,'');
INSERT INTO "errands" VALUES(7,6,'tell_staff','2026-11-23 07:21:10.000000','2026-11-23 07:21:10.000000','2026-11-23 07:32:55.000000',1,1,'2026-11-23 07:32:10.000000',NULL,'');
INSERT INTO "errands" VALUES(8,7,'tell_staff','2026-11-23 07:21:40.000000','2026-11-23 07:21:40.000000','2026-11-23 07:32:55.000000',1,1,'2026-11-23 07:32:10.000000',NULL,'');
INSERT INTO "errands" VALUES(9,8,'tell_staff','2026-11-23 07:22:10.000000','2026-11-23 07:22:10.000000','2026-11-23 07:32:55.000000',1,1,'2026-11-23 07:32:10.000000',NULL,'');
INSERT INTO "errands" VALUES(10,9,'tell_staff','2026-11-23 07:22:40.000000','2026-11-23 07:22:40.000000','2026-11-23 07:32:55.000000',1,1,'2026-11-23 07:32:10.000000',NULL,'');
INSERT INTO "errands" VALUES(11,10,'tell_staff','2026-11-23 07:23:10.000000','2026-11-23 07:23:10.000000','2026-11-23 07:32:55.000000',1,1,'2026-11-23 07:32:10.000000',NULL,'');
INSERT INTO "errands" VALUES(12,11,'tell_staff','2026-11-23 07:23:40.000000','2026-11-23 07:23:40.000000','2026-11-23 07:32:55.000000',1,1,'2026-11-23 07:32:10.000000',NULL,'');
INSERT INTO "errands" VALUES(13,12,'tell_staff','2026-11-23 07:24:10.000000','2026-11-23 07:24:10.000000','2026-11-23 07:32:55.000000',1,1,'2026-11-23 07:32:10.000000',NULL,'');
INSERT INTO "errands" VALUES(14,13,'tell_staff','2026-11-23 07:24:40.000000','2026-11-23 07:24:40.000000','2026-11-23 07:32:55.000000',1,1,'2026-11-23 07:32:10.000000',NULL,'');
INSERT INTO "errands" VALUES(15,14,'tell_staff','2026-11-23 07:25:10.000000','2026-11-23 07:25:10.000000','2026-11-23 07:32:55.000000',1,1,'2026-11-23 07:32:10.000000',NULL,'');
INSERT INTO "errands" VALUES(16,15,'tell_staff','2026-11-23 07:25:40.000000','2026-11-23 07:25:40.000000','2026-11-23 07:32:55.000000',1,1,'2026-11-23 07:32:10.000000',NULL,'');
INSERT INTO "errands" VALUES(17,16,'tell_staff','2026-11-23 07:26:10.000000','2026-11-23 07:26:10.000000','2026-11-23 07:32:55.000000',1,1,'2026-11-23 07:32:10.000000',NULL,'');
INSERT INTO "errands" VALUES(18,17,'tell_staff','2026-11-23 07:26:40.000000','2026-11-23 07:26:40.000000','2026-11-23 07:32:55.000000',1,1,'2026-11-23 07:32:10.000000',NULL,'');
INSERT INTO "errands" VALUES(19,18,'tell_staff','2026-11-23 07:27:10.000000','2026-11-23 07:27:10.000000','2026-11-23 07:27:25.000000',1,0,'2026-11-23 07:27:40.000000',NULL,'');
INSERT INTO "errands" VALUES(20,19,'tell_staff','2026-11-23 07:27:40.000000','2026-11-23 07:27:40.000000','2026-11-23 07:32:55.000000',1,1,'2026-11-23 07:32:10.000000',NULL,'');
INSERT INTO "errands" VALUES(21,20,'tell_staff','2026-11-23 07:28:10.000000','2026-11-23 07:28:10.000000','2026-11-23 07:32:55.000000',1,1,'2026-11-23 07:32:10.000000',NULL,'');
INSERT INTO "errands" VALUES(22,21,'tell_staff','2026-11-23 07:28:40.000000','2026-11-23 07:28:40.000000','2026-11-23 07:32:55.000000',1,1,'2026-11-23 07:32:10.000000',NULL,'');
INSERT INTO "errands" VALUES(23,22,'tell_staff','2026-11-23 07:29:40.000000','2026-11-23 07:29:40.000000','2026-11-23 07:32:55.000000',1,1,'2026-11-23 07:32:10.000000',NULL,'');
INSERT INTO "errands" VALUES(24,23,'tell_staff','2026-11-23 07:29:40.000000','2026-11-23 07:29:40.000000','2026-11-23 07:32:55.000000',1,1,'2026-11-23 07:32:10.000000',NULL,'');
INSERT INTO "errands" VALUES(25,24,'tell_staff','2026-11-23 07:30:10.000000','2026-11-23 07:30:10.000000','2026-11-23 07:32:55.000000',1,1,'2026-11-23 07:32:10.000000',NULL,'');
INSERT INTO "errands" VALUES(26,25,'tell_staff','2026-11-23 07:30:40.000000','2026-11-23 07:30:40.000000','2026-11-23 07:32:55.000000',1,1,'2026-11-23 07:32:10.000000',NULL,'');
INSERT INTO "errands" VALUES(27,26,'tell_staff','2026-11-23 07:38:10.000000','2026-11-23 07:38:10.000000','2026-11-23 07:39:55.000000',2,0,NULL,NULL,'');
INSERT INTO "errands" VALUES(28,27,'tell_staff','2026-11-23 07:46:40.000000','2026-11-23 07:46:40.000000','2026-11-23 07:46:55.000000',1,0,NULL,NULL,'');
INSERT INTO "errands" VALUES(29,28,'tell_staff','2026-11-23 07:47:10.000000','2026-11-23 07:47:10.000000','2026-11-23 07:47:25.000000',1,0,NULL,NULL,'');
INSERT INTO "errands" VALUES(30,29,'tell_staff','2026-11-23 07:49:40.000000','2026-11-23 07:49:40.000000','2026-11-23 07:49:55.000000',1,0,NULL,NULL,'');
CREATE TABLE failed_logins (
	id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	address VARCHAR(64) NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "failed_logins" VALUES(1,'2026-11-23 07:50:10.000000','23e8cc9b2e9cefca7fa7847228bdfd4c5612280dc0bb088fdfb4ffd6fa6acffa','127.0.0.1');
INSERT INTO "failed_logins" VALUES(2,'2026-11-23 07:50:10.000000','23e8cc9b2e9cefca7fa7847228bdfd4c5612280dc0bb088fdfb4ffd6fa6acffa','127.0.0.1');
INSERT INTO "failed_logins" VALUES(3,'2026-11-23 07:50:10.000000','23e8cc9b2e9cefca7fa7847228bdfd4c5612280dc0bb088fdfb4ffd6fa6acffa','127.0.0.1');
INSERT INTO "failed_logins" VALUES(4,'2026-11-23 07:50:10.000000','23e8cc9b2e9cefca7fa7847228bdfd4c5612280dc0bb088fdfb4ffd6fa6acffa','127.0.0.1');
INSERT INTO "failed_logins" VALUES(5,'2026-11-23 07:50:10.000000','23e8cc9b2e9cefca7fa7847228bdfd4c5612280dc0bb088fdfb4ffd6fa6acffa','127.0.0.1');
CREATE TABLE "history" (
	id INTEGER NOT NULL, 
	request_id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	who VARCHAR(80) NOT NULL, 
	what VARCHAR(20) NOT NULL, 
	detail TEXT NOT NULL, 
	"before" TEXT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(request_id) REFERENCES requests (id)
);
INSERT INTO "history" VALUES(1,1,'2026-11-23 04:00:00.000000','caller','made','2026-11-23 morning',NULL);
INSERT INTO "history" VALUES(2,2,'2026-11-23 04:00:30.000000','caller','made','2026-11-23 morning',NULL);
INSERT INTO "history" VALUES(3,3,'2026-11-23 04:01:00.000000','caller','made','2026-11-23 morning',NULL);
INSERT INTO "history" VALUES(4,1,'2026-11-23 05:53:10.000000','the clock','not_confirmed','TwilioRestException 21614',NULL);
INSERT INTO "history" VALUES(5,2,'2026-11-23 05:53:10.000000','the clock','not_told','NotTold',NULL);
INSERT INTO "history" VALUES(6,3,'2026-11-23 05:53:10.000000','the clock','not_told','NotTold',NULL);
INSERT INTO "history" VALUES(7,3,'2026-11-23 07:00:10.000000','asha','tried_again','',NULL);
INSERT INTO "history" VALUES(8,4,'2026-11-23 07:00:10.000000','caller','made','2026-11-23 afternoon',NULL);
INSERT INTO "history" VALUES(9,5,'2026-11-23 07:00:40.000000','caller','made','',NULL);
INSERT INTO "history" VALUES(10,5,'2026-11-23 07:01:10.000000','asha','taken','','{"status": "open", "taken_by": null, "touched": null, "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:00:40+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(11,5,'2026-11-23 07:01:10.000000','asha','put_back','','{"status": "taken", "taken_by": "asha", "touched": "2026-11-23T07:01:10+00:00", "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:00:40+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(12,5,'2026-11-23 07:01:10.000000','asha','passed_on','devi','{"status": "open", "taken_by": null, "touched": null, "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:00:40+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(13,5,'2026-11-23 07:21:10.000000','the clock','returned','devi',NULL);
INSERT INTO "history" VALUES(14,4,'2026-11-23 07:21:10.000000','asha','taken','','{"status": "open", "taken_by": null, "touched": null, "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:00:10+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(15,4,'2026-11-23 07:21:10.000000','asha','note','Wants to come with her mother; knee.',NULL);
INSERT INTO "history" VALUES(16,6,'2026-11-23 07:21:10.000000','caller','made','2026-11-23 afternoon',NULL);
INSERT INTO "history" VALUES(17,7,'2026-11-23 07:21:40.000000','caller','made','2026-11-23 afternoon',NULL);
INSERT INTO "history" VALUES(18,8,'2026-11-23 07:22:10.000000','caller','made','2026-11-23 afternoon',NULL);
INSERT INTO "history" VALUES(19,6,'2026-11-23 07:22:40.000000','asha','taken','','{"status": "open", "taken_by": null, "touched": null, "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:21:10+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(20,6,'2026-11-23 07:22:40.000000','asha','booked','2026-11-24T11:00:00+05:30','{"status": "taken", "taken_by": "asha", "touched": "2026-11-23T07:22:40+00:00", "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:21:10+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(21,7,'2026-11-23 07:22:40.000000','asha','taken','','{"status": "open", "taken_by": null, "touched": null, "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:21:40+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(22,7,'2026-11-23 07:22:40.000000','asha','booked','2026-11-24T11:00:00+05:30','{"status": "taken", "taken_by": "asha", "touched": "2026-11-23T07:22:40+00:00", "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:21:40+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(23,6,'2026-11-23 07:22:40.000000','asha','rebooked','2026-11-24T12:30:00+05:30','{"status": "closed", "taken_by": "asha", "touched": "2026-11-23T07:22:40+00:00", "tries": 0, "outcome": "booked", "appointment": "2026-11-24T05:30:00+00:00", "due": "2026-11-23T07:21:10+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(24,7,'2026-11-23 07:22:40.000000','asha','called_off','','{"status": "closed", "taken_by": "asha", "touched": "2026-11-23T07:22:40+00:00", "tries": 0, "outcome": "booked", "appointment": "2026-11-24T05:30:00+00:00", "due": "2026-11-23T07:21:40+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(25,8,'2026-11-23 07:22:40.000000','asha','taken','','{"status": "open", "taken_by": null, "touched": null, "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:22:10+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(26,8,'2026-11-23 07:22:40.000000','asha','booked','2026-11-24T15:00:00+05:30','{"status": "taken", "taken_by": "asha", "touched": "2026-11-23T07:22:40+00:00", "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:22:10+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(27,8,'2026-11-23 07:22:40.000000','asha','undone','booked',NULL);
INSERT INTO "history" VALUES(28,9,'2026-11-23 07:22:40.000000','caller','made','2026-11-23 afternoon',NULL);
INSERT INTO "history" VALUES(29,9,'2026-11-23 07:23:10.000000','asha','taken','','{"status": "open", "taken_by": null, "touched": null, "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:22:40+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(30,9,'2026-11-23 07:23:10.000000','asha','settled','','{"status": "taken", "taken_by": "asha", "touched": "2026-11-23T07:23:10+00:00", "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:22:40+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(31,10,'2026-11-23 07:23:10.000000','caller','made','',NULL);
INSERT INTO "history" VALUES(32,10,'2026-11-23 07:23:40.000000','asha','taken','','{"status": "open", "taken_by": null, "touched": null, "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:23:10+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(33,10,'2026-11-23 07:23:40.000000','asha','busy','','{"status": "taken", "taken_by": "asha", "touched": "2026-11-23T07:23:40+00:00", "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:23:10+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(34,11,'2026-11-23 07:23:40.000000','caller','made','2026-11-23 afternoon',NULL);
INSERT INTO "history" VALUES(35,11,'2026-11-23 07:24:10.000000','asha','taken','','{"status": "open", "taken_by": null, "touched": null, "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:23:40+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(36,11,'2026-11-23 07:24:10.000000','asha','wrong_number','','{"status": "taken", "taken_by": "asha", "touched": "2026-11-23T07:24:10+00:00", "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:23:40+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(37,12,'2026-11-23 07:24:10.000000','caller','made','',NULL);
INSERT INTO "history" VALUES(38,12,'2026-11-23 07:24:40.000000','asha','taken','','{"status": "open", "taken_by": null, "touched": null, "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:24:10+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(39,12,'2026-11-23 07:24:40.000000','asha','duplicate','','{"status": "taken", "taken_by": "asha", "touched": "2026-11-23T07:24:40+00:00", "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:24:10+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(40,13,'2026-11-23 07:24:40.000000','caller','made','2026-11-23 afternoon',NULL);
INSERT INTO "history" VALUES(41,13,'2026-11-23 07:25:10.000000','asha','taken','','{"status": "open", "taken_by": null, "touched": null, "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:24:40+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(42,13,'2026-11-23 07:25:10.000000','asha','cancelled','','{"status": "taken", "taken_by": "asha", "touched": "2026-11-23T07:25:10+00:00", "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:24:40+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(43,14,'2026-11-23 07:25:10.000000','caller','made','2026-11-24 evening',NULL);
INSERT INTO "history" VALUES(44,14,'2026-11-23 07:25:40.000000','asha','taken','','{"status": "open", "taken_by": null, "touched": null, "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:25:10+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(45,14,'2026-11-23 07:25:40.000000','asha','later','2026-11-24T10:30:00+05:30','{"status": "taken", "taken_by": "asha", "touched": "2026-11-23T07:25:40+00:00", "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:25:10+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(46,15,'2026-11-23 07:25:40.000000','caller','made','',NULL);
INSERT INTO "history" VALUES(47,15,'2026-11-23 07:26:10.000000','asha','taken','','{"status": "open", "taken_by": null, "touched": null, "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:25:40+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(48,15,'2026-11-23 07:26:10.000000','asha','no_answer','','{"status": "taken", "taken_by": "asha", "touched": "2026-11-23T07:26:10+00:00", "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:25:40+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(49,15,'2026-11-23 07:26:10.000000','asha','taken','','{"status": "open", "taken_by": null, "touched": null, "tries": 1, "outcome": "no_answer", "appointment": null, "due": "2026-11-23T07:56:10+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(50,15,'2026-11-23 07:26:10.000000','asha','no_answer','','{"status": "taken", "taken_by": "asha", "touched": "2026-11-23T07:26:10+00:00", "tries": 1, "outcome": "no_answer", "appointment": null, "due": "2026-11-23T07:56:10+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(51,15,'2026-11-23 07:26:10.000000','asha','taken','','{"status": "open", "taken_by": null, "touched": null, "tries": 2, "outcome": "no_answer", "appointment": null, "due": "2026-11-23T09:26:10+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(52,15,'2026-11-23 07:26:10.000000','asha','no_answer','','{"status": "taken", "taken_by": "asha", "touched": "2026-11-23T07:26:10+00:00", "tries": 2, "outcome": "no_answer", "appointment": null, "due": "2026-11-23T09:26:10+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(53,15,'2026-11-23 07:26:10.000000','asha','taken','','{"status": "open", "taken_by": null, "touched": null, "tries": 3, "outcome": "no_answer", "appointment": null, "due": "2026-11-23T11:26:10+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(54,15,'2026-11-23 07:26:10.000000','asha','no_answer','','{"status": "taken", "taken_by": "asha", "touched": "2026-11-23T07:26:10+00:00", "tries": 3, "outcome": "no_answer", "appointment": null, "due": "2026-11-23T11:26:10+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(55,16,'2026-11-23 07:26:10.000000','caller','made','2026-11-23 afternoon',NULL);
INSERT INTO "history" VALUES(56,16,'2026-11-23 07:26:40.000000','asha','taken','','{"status": "open", "taken_by": null, "touched": null, "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:26:10+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(57,16,'2026-11-23 07:26:40.000000','asha','no_answer','','{"status": "taken", "taken_by": "asha", "touched": "2026-11-23T07:26:40+00:00", "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:26:10+00:00", "merged_into": null}');
INSERT INTO "history" VALUES(58,17,'2026-11-23 07:26:40.000000','caller','made','2026-11-23 afternoon',NULL);
INSERT INTO "history" VALUES(59,18,'2026-11-23 07:27:10.000000','caller','made','',NULL);
INSERT INTO "history" VALUES(60,17,'2026-11-23 07:27:40.000000','asha','took_in','344004 callback','{"status": "open", "taken_by": null, "touched": null, "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:26:40+00:00", "merged_into": null, "took_in": 18}');
INSERT INTO "history" VALUES(61,18,'2026-11-23 07:27:40.000000','asha','duplicate_of','759488','{"status": "open", "taken_by": null, "touched": null, "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:27:10+00:00", "merged_into": null, "withdrawn": [19]}');
INSERT INTO "history" VALUES(62,19,'2026-11-23 07:27:40.000000','caller','made','2026-11-23 afternoon',NULL);
INSERT INTO "history" VALUES(63,20,'2026-11-23 07:28:10.000000','caller','made','',NULL);
INSERT INTO "history" VALUES(64,19,'2026-11-23 07:28:40.000000','asha','took_in','867168',NULL);
INSERT INTO "history" VALUES(65,20,'2026-11-23 07:28:40.000000','asha','duplicate_of','534112','{"status": "open", "taken_by": null, "touched": null, "tries": 0, "outcome": null, "appointment": null, "due": "2026-11-23T07:28:10+00:00", "merged_into": null, "withdrawn": [21]}');
INSERT INTO "history" VALUES(66,19,'2026-11-23 07:28:40.000000','asha','undone','',NULL);
INSERT INTO "history" VALUES(67,20,'2026-11-23 07:28:40.000000','asha','undone','',NULL);
INSERT INTO "history" VALUES(68,21,'2026-11-23 07:28:40.000000','caller','made','2026-11-23 afternoon',NULL);
INSERT INTO "history" VALUES(69,21,'2026-11-23 07:29:10.000000','caller','rang_again','2026-11-24 morning',NULL);
INSERT INTO "history" VALUES(70,22,'2026-11-23 07:29:40.000000','asha','made','2026-11-24 morning',NULL);
INSERT INTO "history" VALUES(71,22,'2026-11-23 07:29:40.000000','asha','note','Came in person.',NULL);
INSERT INTO "history" VALUES(72,23,'2026-11-23 07:29:40.000000','caller','made','',NULL);
INSERT INTO "history" VALUES(73,24,'2026-11-23 07:30:10.000000','caller','made','2026-11-23 afternoon',NULL);
INSERT INTO "history" VALUES(74,25,'2026-11-23 07:30:40.000000','caller','made','2026-11-23 afternoon',NULL);
INSERT INTO "history" VALUES(75,26,'2026-11-23 07:38:10.000000','caller','made','2026-11-23 afternoon',NULL);
INSERT INTO "history" VALUES(76,27,'2026-11-23 07:46:40.000000','caller','made','2026-11-23 afternoon',NULL);
INSERT INTO "history" VALUES(77,28,'2026-11-23 07:47:10.000000','caller','made','2026-11-23 afternoon',NULL);
INSERT INTO "history" VALUES(78,28,'2026-11-23 07:47:40.000000','caller','rang_again','2026-11-23 afternoon',NULL);
INSERT INTO "history" VALUES(79,29,'2026-11-23 07:49:40.000000','caller','made','2026-11-23 afternoon',NULL);
CREATE TABLE invitations (
	id INTEGER NOT NULL, 
	token_hash VARCHAR(64) NOT NULL, 
	staff_id INTEGER NOT NULL, 
	expires DATETIME NOT NULL, 
	used DATETIME, 
	PRIMARY KEY (id), 
	UNIQUE (token_hash), 
	FOREIGN KEY(staff_id) REFERENCES staff (id)
);
INSERT INTO "invitations" VALUES(1,'af6227ddf58560b1f889b7508987c4fdd7f19037a83170d4e8236bc15553fc4d',5,'2026-11-23 07:59:40.000000',NULL);
INSERT INTO "invitations" VALUES(2,'ec251cd24e3d550dae15983a0f54b607316787a69bb5a347a846897f61b64068',6,'2026-11-23 07:59:40.000000',NULL);
INSERT INTO "invitations" VALUES(3,'20db9f8b2a9bcfb7e6ae4b29d29bc78c5fe77bf4512eed143ad0826ffa0ce0dd',7,'2026-11-23 08:41:10.000000',NULL);
CREATE TABLE promises (
	id INTEGER NOT NULL, 
	mark VARCHAR(64) NOT NULL, 
	request_id INTEGER NOT NULL, 
	reference VARCHAR(12) NOT NULL, 
	spoken VARCHAR(12) NOT NULL, 
	joined BOOLEAN NOT NULL, 
	created DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (mark), 
	FOREIGN KEY(request_id) REFERENCES requests (id)
);
INSERT INTO "promises" VALUES(1,'8fb8f591492a9e076e8c8bbfc174feb09e8980a1a9154ab18f0c19039614912f',1,'079985','079985',0,'2026-11-23 04:00:00.000000');
INSERT INTO "promises" VALUES(2,'5964e613382384cbe89ac508cf49108adb2e20707d7af1170412ab5f6e839141',2,'496356','496356',0,'2026-11-23 04:00:30.000000');
INSERT INTO "promises" VALUES(3,'5ff742c60ecaab612616140c15f3cda746861d38d6a5681240158ac93f81d42d',3,'125828','125828',0,'2026-11-23 04:01:00.000000');
INSERT INTO "promises" VALUES(4,'21590b67dcf78dc94d37e953ea5792c3bab73a595bdf9f53a94e7f47e36a27a3',4,'044997','044997',0,'2026-11-23 07:00:10.000000');
INSERT INTO "promises" VALUES(5,'b709d919ed3b8be60ae63bf89cf2083c2fc8f35017635c8aacfca35708a60c56',5,'526629','526629',0,'2026-11-23 07:00:40.000000');
INSERT INTO "promises" VALUES(6,'f1bc0ac22086ef84f662ac1f5110675e07357ed38d09db0891577955bd04b169',6,'917649','917649',0,'2026-11-23 07:21:10.000000');
INSERT INTO "promises" VALUES(7,'395a61f2900f66652a9f469cc6796add9931956a09174993be0bb722a2960ce2',7,'061011','061011',0,'2026-11-23 07:21:40.000000');
INSERT INTO "promises" VALUES(8,'6ac0bd7fd1243fa9b6f269fdd6185f960fb33b876b9f614fb436937749b191a0',8,'641012','641012',0,'2026-11-23 07:22:10.000000');
INSERT INTO "promises" VALUES(9,'ad8830782c66c45334e6db0dea0f1566f26dc6933111695aa4428f919d03f9e5',9,'292456','292456',0,'2026-11-23 07:22:40.000000');
INSERT INTO "promises" VALUES(10,'cbdc6e956e21724677a1076a5fd18d7bd408de5dd10893cb07f97e3410422d51',10,'372575','372575',0,'2026-11-23 07:23:10.000000');
INSERT INTO "promises" VALUES(11,'4324efa8beb180365a41324cfe83726113b458ec1add703ec8667a9f934904c6',11,'323112','323112',0,'2026-11-23 07:23:40.000000');
INSERT INTO "promises" VALUES(12,'2de74fed86c97a275e11f7dfa3512b255b1341874d2362b46e22e1b9ff422604',12,'265490','265490',0,'2026-11-23 07:24:10.000000');
INSERT INTO "promises" VALUES(13,'4bf4cb6bfe4c14def918522529a3a6e09c6fbef1fa41d094aea82f0fcc03f64f',13,'514438','514438',0,'2026-11-23 07:24:40.000000');
INSERT INTO "promises" VALUES(14,'d8681671ec8d68ac0671a8db10cbb063c554a7fd967564e1595caccb80cf3c79',14,'912910','912910',0,'2026-11-23 07:25:10.000000');
INSERT INTO "promises" VALUES(15,'c44ced6ed284e6356cdc7ebfa9d33148627e7c33c5fa4df96f3a6aa6d4a63667',15,'920276','920276',0,'2026-11-23 07:25:40.000000');
INSERT INTO "promises" VALUES(16,'6f8affc6b93180560eb37b0808af476e4def53ee75a960fa082328ab4fb14d6c',16,'322164','322164',0,'2026-11-23 07:26:10.000000');
INSERT INTO "promises" VALUES(17,'535916a1b0573064a8c69ff51737c7457fae7c248bc4a51231549d1d424f2def',17,'759488','759488',0,'2026-11-23 07:26:40.000000');
INSERT INTO "promises" VALUES(18,'fb4b1d142d2e0c6c76a73fe33d08e44371e5700250db4ec7c6d8fb2c38aafc2c',18,'344004','344004',0,'2026-11-23 07:27:10.000000');
INSERT INTO "promises" VALUES(19,'b1add34d1dcaccc20eb06a35759921e1c8b7367ff5efc9d51fd689d0f0e10ddc',19,'534112','534112',0,'2026-11-23 07:27:40.000000');
INSERT INTO "promises" VALUES(20,'6489b87d60c43d14002d7bc9017a4b0435d350eac1e282dbe456a5bc49ae680a',20,'867168','867168',0,'2026-11-23 07:28:10.000000');
INSERT INTO "promises" VALUES(21,'fe9288872243645fd2394e724e02d62888d655ef187a3ae2d5d3ba7a0aee6397',21,'737600','737600',0,'2026-11-23 07:28:40.000000');
INSERT INTO "promises" VALUES(22,'de1e3abee25bdef36c5e70576fab465027c87d5edc76361a2a688ffb8abc1706',21,'623153','737600',1,'2026-11-23 07:29:10.000000');
INSERT INTO "promises" VALUES(23,'f4817a0001f8dc8dd1a8e275d078511c7defca7cb5b399b748e294126c1f3e46',22,'452531','452531',0,'2026-11-23 07:29:40.000000');
INSERT INTO "promises" VALUES(24,'1ca18d1edd426a09f8c892668136d976f638c2112c862388ad942918af8f7f87',23,'059242','059242',0,'2026-11-23 07:29:40.000000');
INSERT INTO "promises" VALUES(25,'0371cdb82ad791de5957d47f38ed59c80bdd5acba0eb772ace98788149d854ab',24,'873158','873158',0,'2026-11-23 07:30:10.000000');
INSERT INTO "promises" VALUES(26,'3e8e5e68dab941c0deaacb65fdf773164fda1a6558699749240879c4d6b24838',25,'546360','546360',0,'2026-11-23 07:30:40.000000');
INSERT INTO "promises" VALUES(27,'ca9306037bb6aed5b85b7f4ed25460421d63f743055b96125b7b2c35a0979f5b',26,'069317','069317',0,'2026-11-23 07:38:10.000000');
INSERT INTO "promises" VALUES(28,'9c2fc83a52c91272aef7215791521e4e96abcfdb2d19093ce342cefc5d7db236',27,'741079','741079',0,'2026-11-23 07:46:40.000000');
INSERT INTO "promises" VALUES(29,'0a5406746fe4bdb8f8e3db5d0ec377e0ab62e694682499d2876941c5282e6e9e',28,'732493','732493',0,'2026-11-23 07:47:10.000000');
INSERT INTO "promises" VALUES(30,'688aa81ad31dfbbe19d3b967214bea426bc611cb47c1a420f628460608ef4360',28,'655552','732493',1,'2026-11-23 07:47:40.000000');
INSERT INTO "promises" VALUES(31,'0ed5d095d8309ff9ce2347f4fc8d92fe52a577f62530e42a6f3521c3d8bc3d15',29,'830396','830396',0,'2026-11-23 07:49:40.000000');
CREATE TABLE recovery_codes (
	id INTEGER NOT NULL, 
	staff_id INTEGER NOT NULL, 
	mark VARCHAR(64) NOT NULL, 
	used DATETIME, 
	PRIMARY KEY (id), 
	FOREIGN KEY(staff_id) REFERENCES staff (id)
);
INSERT INTO "recovery_codes" VALUES(1,1,'1077629cae66521c43f29094cc514c2f36546b06350ad0b7d78f78d1f5c8ae35',NULL);
INSERT INTO "recovery_codes" VALUES(2,1,'69e16c6a28ad3d115343300e7df35f0473d850fd068b1a1ac734738a1f72e71f',NULL);
INSERT INTO "recovery_codes" VALUES(3,1,'69a60063a60197f0c42d055dbafd15c4ca8eee09706e084601a88e138f2b0a53',NULL);
INSERT INTO "recovery_codes" VALUES(4,1,'e309fb2a7f3adb1a9d14dbd2313e66fa9aaa6223452803de5e56199205bea28a',NULL);
INSERT INTO "recovery_codes" VALUES(5,1,'f791404150cc53c25c017b34ab08bb2d96c4ab1eecef11a49ab58ad30a638c25',NULL);
INSERT INTO "recovery_codes" VALUES(6,1,'ceb1c8a8f6b0bf5b5bf2be2aca1301a56c502181d9f14aefdc1e6b33cb254e41',NULL);
INSERT INTO "recovery_codes" VALUES(7,1,'761ec43d92c5e9ff19421d3e73afdfda4c0b9e061bf2ad0b17497bbdc28ffa2b',NULL);
INSERT INTO "recovery_codes" VALUES(8,1,'b9a8b810d4817fd8576c6d60295d99d3dd633d2dba4748b658e4d3db9d999540',NULL);
INSERT INTO "recovery_codes" VALUES(9,1,'e4e96cd5f1741737d25de84fbf95bb7520a80f0ca26916a2ab81f2f68f449f6e',NULL);
INSERT INTO "recovery_codes" VALUES(10,1,'9639fdfd30e0e0dc42201a968cb32637b53007f30c89d0ad3dff3fdad78603c6',NULL);
INSERT INTO "recovery_codes" VALUES(11,2,'57657f75bcd4cb025e488853bfe672a22196e13510111ce9a750cd0e2817d245',NULL);
INSERT INTO "recovery_codes" VALUES(12,2,'a52a0bcca22561c725a3c83af118b4e4abbc09b28a1331145e0e5ce7dd915b7f',NULL);
INSERT INTO "recovery_codes" VALUES(13,2,'9c9ea3079e01d8cbed652d7758658c3025413b571abffa782436cdffb83703c2',NULL);
INSERT INTO "recovery_codes" VALUES(14,2,'3556829e7fb8d90b27b8e9a85fedf783b5475863825bd99a3e883ebc8fb78f07',NULL);
INSERT INTO "recovery_codes" VALUES(15,2,'ffe53cc6696ae1bb34a80551a096d304438e8caa180b8bfe393dc76fad1260b4',NULL);
INSERT INTO "recovery_codes" VALUES(16,2,'8f98fb8d48edf6ba0773d2fb5c9b3de74909ae7aa6b87595b4ae54c931ea5b43',NULL);
INSERT INTO "recovery_codes" VALUES(17,2,'e35db663791df3486b4ffe48ace5a391e24734c83717cb01aa124cce89be1819',NULL);
INSERT INTO "recovery_codes" VALUES(18,2,'dc11cda4fbe3f2b0488620d3878454e0bb334b6588eb933706debff63919c43a',NULL);
INSERT INTO "recovery_codes" VALUES(19,2,'e7d2a7fee1607d4dd9040ec9c5e917892de069c679833a33a29c37087051cefc',NULL);
INSERT INTO "recovery_codes" VALUES(20,2,'17b4c8607449a84ad64df2dba776f35cdb25becdf4965c0b260ad5aec77e7f89',NULL);
INSERT INTO "recovery_codes" VALUES(21,3,'4a830293c4e70310678701a98c176b4b3e1454bceecfd5af7b22c37d1ba7b93b','2026-11-23 06:59:40.000000');
INSERT INTO "recovery_codes" VALUES(22,3,'1c6ba80721f6a1680e672306488b69d8475def675709940a18ad0ccabab10e56',NULL);
INSERT INTO "recovery_codes" VALUES(23,3,'31aad014197e96bca386ec0ff3fad796be6ed854413ea6d65a4347ccc23964de',NULL);
INSERT INTO "recovery_codes" VALUES(24,3,'55f0d9a2b828050e9881174ad37e4b5707fe2c387b68414b95fafb873183064c',NULL);
INSERT INTO "recovery_codes" VALUES(25,3,'c89af54790f010475560467ebe6293cb13be2c7e1869035b7303a7d251e5fac8',NULL);
INSERT INTO "recovery_codes" VALUES(26,3,'0094ff6d55f745b643aad6b00cab07f44dc9b6f66c4117904cca23d583b67663',NULL);
INSERT INTO "recovery_codes" VALUES(27,3,'51360e94c49055acbb186d48291535f555a44f8eae1a69f61c03610761ac9066',NULL);
INSERT INTO "recovery_codes" VALUES(28,3,'2934349d7f9ca3487e9667d6266cb4edfbf83a2b17745aefa5a6fe0eaf640463',NULL);
INSERT INTO "recovery_codes" VALUES(29,3,'59ca9e0ca33093e4417ee7676d61f70c9cca9eb063acd9e3d9dcf2d296f53de2',NULL);
INSERT INTO "recovery_codes" VALUES(30,3,'07e1bf82e3f669292dff0a9765e1536770a21566f25edd568b021915efdffecf',NULL);
CREATE TABLE requests (
	id INTEGER NOT NULL, 
	reference VARCHAR(12) NOT NULL, 
	kind VARCHAR(12) NOT NULL, 
	line VARCHAR(20) NOT NULL, 
	phone VARCHAR(16) NOT NULL, 
	language VARCHAR(8) NOT NULL, 
	day DATE, 
	part VARCHAR(12), 
	due DATETIME NOT NULL, 
	status VARCHAR(8) NOT NULL, 
	created DATETIME NOT NULL, 
	call_sid VARCHAR(64) NOT NULL, 
	rang_again INTEGER NOT NULL, 
	taken_by VARCHAR(80), touched DATETIME, tries INTEGER DEFAULT '0' NOT NULL, outcome VARCHAR(20), appointment DATETIME, source VARCHAR(8) DEFAULT 'call' NOT NULL, merged_into INTEGER, 
	PRIMARY KEY (id)
);
INSERT INTO "requests" VALUES(1,'079985','booking','main','+919999900101','en','2026-11-23','morning','2026-11-23 04:00:00.000000','open','2026-11-23 04:00:00.000000','CA18c711f9405b3cd6db67f82a2cd8480f',0,NULL,NULL,0,NULL,NULL,'call',NULL);
INSERT INTO "requests" VALUES(2,'496356','booking','second','+919999900102','hi','2026-11-23','morning','2026-11-23 04:00:30.000000','open','2026-11-23 04:00:30.000000','CAf97b5e0cee5bc335f11ae8adffed0c07',0,NULL,NULL,0,NULL,NULL,'call',NULL);
INSERT INTO "requests" VALUES(3,'125828','booking','third','+919999900103','en','2026-11-23','morning','2026-11-23 04:01:00.000000','open','2026-11-23 04:01:00.000000','CAa3f30216a4efe1cc4fcfaff12b73f0b9',0,NULL,NULL,0,NULL,NULL,'call',NULL);
INSERT INTO "requests" VALUES(4,'044997','booking','main','+919999900104','en','2026-11-23','afternoon','2026-11-23 07:00:10.000000','taken','2026-11-23 07:00:10.000000','CA3d765ad7c4abfbffbf46d64d79c466d3',0,'asha','2026-11-23 07:21:10.000000',0,NULL,NULL,'call',NULL);
INSERT INTO "requests" VALUES(5,'526629','callback','main','+919999900105','en',NULL,NULL,'2026-11-23 07:00:40.000000','open','2026-11-23 07:00:40.000000','CA4ad90901d84389e63593e339ac5ec5dd',0,NULL,NULL,0,NULL,NULL,'call',NULL);
INSERT INTO "requests" VALUES(6,'917649','booking','main','+919999900106','en','2026-11-23','afternoon','2026-11-23 07:21:10.000000','closed','2026-11-23 07:21:10.000000','CA3706bd2a72e2eb92cf944ab31f048780',0,'asha','2026-11-23 07:22:40.000000',0,'booked','2026-11-24 07:00:00.000000','call',NULL);
INSERT INTO "requests" VALUES(7,'061011','booking','main','+919999900107','hi','2026-11-23','afternoon','2026-11-23 07:21:40.000000','closed','2026-11-23 07:21:40.000000','CA9e63385c11b9931d03edcce359f62cc8',0,'asha','2026-11-23 07:22:40.000000',0,'cancelled',NULL,'call',NULL);
INSERT INTO "requests" VALUES(8,'641012','booking','main','+919999900108','en','2026-11-23','afternoon','2026-11-23 07:22:10.000000','taken','2026-11-23 07:22:10.000000','CA6cb568b88f624e494ea5c4e954cd3487',0,'asha','2026-11-23 07:22:40.000000',0,NULL,NULL,'call',NULL);
INSERT INTO "requests" VALUES(9,'292456','booking','main','+919999900110','en','2026-11-23','afternoon','2026-11-23 07:22:40.000000','closed','2026-11-23 07:22:40.000000','CA241efdd489b1680e041f845870126bc9',0,'asha','2026-11-23 07:23:10.000000',0,'settled',NULL,'call',NULL);
INSERT INTO "requests" VALUES(10,'372575','callback','main','+919999900111','en',NULL,NULL,'2026-11-23 07:33:40.000000','open','2026-11-23 07:23:10.000000','CA17130858462f60937fa742b74c129d2f',0,NULL,NULL,1,'busy',NULL,'call',NULL);
INSERT INTO "requests" VALUES(11,'323112','booking','main','+919999900112','en','2026-11-23','afternoon','2026-11-23 07:23:40.000000','closed','2026-11-23 07:23:40.000000','CA6276c724415abc550308d22a00dad116',0,'asha','2026-11-23 07:24:10.000000',0,'wrong_number',NULL,'call',NULL);
INSERT INTO "requests" VALUES(12,'265490','callback','main','+919999900113','en',NULL,NULL,'2026-11-23 07:24:10.000000','closed','2026-11-23 07:24:10.000000','CAd31b0b9488549fec13f1dda9ad829730',0,'asha','2026-11-23 07:24:40.000000',0,'duplicate',NULL,'call',NULL);
INSERT INTO "requests" VALUES(13,'514438','booking','main','+919999900114','en','2026-11-23','afternoon','2026-11-23 07:24:40.000000','closed','2026-11-23 07:24:40.000000','CA7c8520ea017cf67aad34d785d82dba5f',0,'asha','2026-11-23 07:25:10.000000',0,'cancelled',NULL,'call',NULL);
INSERT INTO "requests" VALUES(14,'912910','booking','main','+919999900115','en','2026-11-24','evening','2026-11-24 05:00:00.000000','open','2026-11-23 07:25:10.000000','CAd5ab928e5f6a2dd4abd64737cbee1a66',0,NULL,NULL,0,'later',NULL,'call',NULL);
INSERT INTO "requests" VALUES(15,'920276','callback','main','+919999900116','hi',NULL,NULL,'2026-11-23 11:26:10.000000','closed','2026-11-23 07:25:40.000000','CA28ad08d45805cad0579d3080b0262b2f',0,'asha','2026-11-23 07:26:10.000000',4,'not_reached',NULL,'call',NULL);
INSERT INTO "requests" VALUES(16,'322164','booking','main','+919999900117','en','2026-11-23','afternoon','2026-11-23 07:56:40.000000','open','2026-11-23 07:26:10.000000','CA749bb6d67bc59e6af991606f1a807d3a',0,NULL,NULL,1,'no_answer',NULL,'call',NULL);
INSERT INTO "requests" VALUES(17,'759488','booking','main','+919999900118','en','2026-11-23','afternoon','2026-11-23 07:26:40.000000','open','2026-11-23 07:26:40.000000','CA2b812403fa54d1396dc0de0aa2778c3e',0,NULL,NULL,0,NULL,NULL,'call',NULL);
INSERT INTO "requests" VALUES(18,'344004','callback','main','+919999900118','en',NULL,NULL,'2026-11-23 07:27:10.000000','closed','2026-11-23 07:27:10.000000','CAd4f5375760293975d3ede6f27804a37b',0,NULL,'2026-11-23 07:27:40.000000',0,'duplicate',NULL,'call',17);
INSERT INTO "requests" VALUES(19,'534112','booking','main','+919999900119','en','2026-11-23','afternoon','2026-11-23 07:27:40.000000','open','2026-11-23 07:27:40.000000','CA8b31172a4a3162e17da8aa5476671270',0,NULL,NULL,0,NULL,NULL,'call',NULL);
INSERT INTO "requests" VALUES(20,'867168','callback','main','+919999900119','en',NULL,NULL,'2026-11-23 07:28:10.000000','open','2026-11-23 07:28:10.000000','CA04d388f99070e2fde9e702d9350d05c6',0,NULL,NULL,0,NULL,NULL,'call',NULL);
INSERT INTO "requests" VALUES(21,'737600','booking','third','+919999900120','en','2026-11-24','morning','2026-11-23 07:29:10.000000','open','2026-11-23 07:28:40.000000','CA4e5e64e2c6af56faead46cba5bb2d614',1,NULL,NULL,0,NULL,NULL,'call',NULL);
INSERT INTO "requests" VALUES(22,'452531','booking','main','+919999900121','en','2026-11-24','morning','2026-11-23 07:29:40.000000','open','2026-11-23 07:29:40.000000','by-hand',0,NULL,NULL,0,NULL,NULL,'counter',NULL);
INSERT INTO "requests" VALUES(23,'059242','callback','second','+919999900122','hi',NULL,NULL,'2026-11-23 07:29:40.000000','open','2026-11-23 07:29:40.000000','CAbee9696c3d6f65a5a3c0c9a3b051806e',0,NULL,NULL,0,NULL,NULL,'call',NULL);
INSERT INTO "requests" VALUES(24,'873158','booking','main','+919999900123','en','2026-11-23','afternoon','2026-11-23 07:30:10.000000','open','2026-11-23 07:30:10.000000','CA4ed2cc82d7c0e3bcdcbc504bf210e4f9',0,NULL,NULL,0,NULL,NULL,'call',NULL);
INSERT INTO "requests" VALUES(25,'546360','booking','main','+919999900124','en','2026-11-23','afternoon','2026-11-23 07:30:40.000000','open','2026-11-23 07:30:40.000000','CA0de841ef0b2d9b55b8eb312b6636654c',0,NULL,NULL,0,NULL,NULL,'call',NULL);
INSERT INTO "requests" VALUES(26,'069317','booking','main','+919999900126','en','2026-11-23','afternoon','2026-11-23 07:38:10.000000','open','2026-11-23 07:38:10.000000','CA5c5f00502d41e5e274d55f12f2426070',0,NULL,NULL,0,NULL,NULL,'call',NULL);
INSERT INTO "requests" VALUES(27,'741079','booking','main','+919999900170','en','2026-11-23','afternoon','2026-11-23 07:46:40.000000','open','2026-11-23 07:46:40.000000','CA1d5f337ef8af224e01709605d2bfecb7',0,NULL,NULL,0,NULL,NULL,'call',NULL);
INSERT INTO "requests" VALUES(28,'732493','booking','main','+919999900171','en','2026-11-23','afternoon','2026-11-23 07:47:10.000000','open','2026-11-23 07:47:10.000000','CAf00090678258995037a0424498e46ecd',1,NULL,NULL,0,NULL,NULL,'call',NULL);
INSERT INTO "requests" VALUES(29,'830396','booking','main','+919999900174','en','2026-11-23','afternoon','2026-11-23 07:49:40.000000','open','2026-11-23 07:49:40.000000','CA59e833d48b65123b64e8e714ea62afee',0,NULL,NULL,0,NULL,NULL,'call',NULL);
CREATE TABLE rules (
	id INTEGER NOT NULL, 
	name VARCHAR(40) NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (name)
);
INSERT INTO "rules" VALUES(1,'second factor of everybody');
CREATE TABLE second_factors (
	id INTEGER NOT NULL, 
	staff_id INTEGER NOT NULL, 
	secret TEXT NOT NULL, 
	since DATETIME NOT NULL, 
	last_step INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (staff_id), 
	FOREIGN KEY(staff_id) REFERENCES staff (id)
);
INSERT INTO "second_factors" VALUES(1,1,'gAAAAABrCm4I4Z3eyb7SZSFxubW5ppDNGnvdA8OptPBxiitK03Or9qAoMCUz5cYbYdyNji0KKcw4SNMgNLZxS4q6Zktq2KD6EnxZ5Sb3b3r88U7dsIRODtOKTNJO3ZwpF7-xDB1QAUaL','2026-11-23 06:56:10.000000',59847322);
INSERT INTO "second_factors" VALUES(2,2,'gAAAAABrCm4Iw1Wki6fi98J496y-X-HKFlM7Mpbg0rnRXlDsPk-Ct-czM5udshfqpcv1gkJVJ-eI790VIgRaOXny5PxO4tTWuIVZwPElD2526-5TqGKKmSKNt4RrsTinSLRnu6C40F4Z','2026-11-23 06:56:40.000000',59847240);
INSERT INTO "second_factors" VALUES(3,3,'gAAAAABrCm4Jhy23Z3LXVAHFY9vcq2raJ9v2cRww52azHV-xpctTfK9EfP5ZdRMsJ2CJwSQDv8P3CnJn6l22z6CGEgcjK6vOf571cZ3zFzpmLf2zEz7oXudjUvT5R6Pxl3cO8VTICBko','2026-11-23 06:59:40.000000',59847239);
CREATE TABLE "staff" (
	id INTEGER NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	password_hash VARCHAR(200) NOT NULL, 
	active BOOLEAN NOT NULL, 
	created DATETIME NOT NULL, 
	role VARCHAR(8) DEFAULT 'staff' NOT NULL, 
	epoch INTEGER DEFAULT '0' NOT NULL, 
	second_factor_required BOOLEAN DEFAULT 0 NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (name)
);
INSERT INTO "staff" VALUES(1,'meera','$argon2id$v=19$m=8,t=1,p=1$SFPK5TxvEpD4uLrHAXkQSQ$6lKUnfeJXsjJ206LUjM3SPlrbrRxIlAldrF3W2Wo6uQ',1,'2026-11-23 06:55:40.000000','manager',1,0);
INSERT INTO "staff" VALUES(2,'asha','$argon2id$v=19$m=8,t=1,p=1$Lnrsf1bwczAex3fHt6MtxA$90eLwgy0SQOK+vqrgHW1D6g9zJYaXZd2p5K6aqDTSOU',1,'2026-11-23 06:55:40.000000','staff',1,0);
INSERT INTO "staff" VALUES(3,'devi','$argon2id$v=19$m=8,t=1,p=1$Hf4XyWx8YpW16bVpIXAlXA$hXd8qwYkxFQo0VjHFmdxWCSlbXyzLiGHrx0NKqNalHA',1,'2026-11-23 06:55:40.000000','staff',3,0);
INSERT INTO "staff" VALUES(4,'leela','$argon2id$v=19$m=8,t=1,p=1$uGTWiM/49nRwsSrCN+/mDg$3/gvHpwtq9aiW2jcoL12aGdeBvubCf5fETJ127FbURE',1,'2026-11-23 06:55:40.000000','staff',0,0);
INSERT INTO "staff" VALUES(5,'kiran','',0,'2026-11-23 06:59:40.000000','staff',5,0);
INSERT INTO "staff" VALUES(6,'joseph','',1,'2026-11-23 06:59:40.000000','staff',0,0);
INSERT INTO "staff" VALUES(7,'ravi','',1,'2026-11-23 07:41:10.000000','staff',0,0);
CREATE INDEX requests_by_status_and_due ON requests (status, due);
CREATE INDEX requests_by_phone ON requests (phone);
CREATE UNIQUE INDEX one_live_request ON requests (phone, kind) WHERE status IN ('open', 'taken');
CREATE INDEX ix_promises_reference ON promises (reference);
CREATE INDEX ix_promises_request_id ON promises (request_id);
CREATE INDEX ix_errands_request_id ON errands (request_id);
CREATE INDEX errands_to_do ON errands (done_at, failed_at, next_at);
CREATE INDEX requests_by_reference ON requests (reference);
CREATE INDEX requests_by_appointment ON requests (appointment);
CREATE INDEX ix_history_request_id ON history (request_id);
CREATE INDEX ix_invitations_staff_id ON invitations (staff_id);
CREATE INDEX failed_logins_by_name ON failed_logins (name, at);
CREATE INDEX failed_logins_by_address ON failed_logins (address, at);
CREATE INDEX ix_closures_day ON closures (day);
CREATE INDEX ix_audit_at ON audit (at);
CREATE INDEX requests_by_touched ON requests (status, touched);
CREATE INDEX ix_blocked_phone ON blocked (phone);
CREATE INDEX calls_by_began ON calls (began, line);
CREATE INDEX requests_by_created ON requests (created);
CREATE INDEX ix_recovery_codes_staff_id ON recovery_codes (staff_id);
CREATE INDEX ix_requests_merged_into ON requests (merged_into);
COMMIT;
